using System.Net.WebSockets;
using System.Text;
using Graceful.RollingUpdate.Tests.Processes;
using Grpc.Core;
using Grpc.Net.Client;

namespace Graceful.RollingUpdate.Tests.Scenarios;

/// <summary>How streams end for clients that behave.</summary>
public sealed class StreamTests
{
    [Fact]
    public async Task ServerSentEvents_EndWithTheEndOfTheBody()
    {
        await using var app = await AppProcess.StartReadyAsync("streams", new AppSettings());
        using var response = await app.Http.GetAsync(
            new Uri("/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        Assert.Equal("data: 1", await reader.ReadLineAsync(TestContext.Current.CancellationToken));

        app.Signal(Signals.Term);

        // Throws unless the body ends as it should.
        await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        TimeAssert.AtMost(1 + 0.5, await app.ExitsCleanlyAsync());
        Assert.True(app.Report.IsClean);
        TimeAssert.AtLeast(1, app.Report.LameDuck);
    }

    [Fact]
    public async Task WebSocket_IsClosedWith1001AndItsAnswerIsHeard()
    {
        await using var app = await AppProcess.StartReadyAsync("streams", new AppSettings { StreamGrace = TimeSpan.FromSeconds(3) });
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(app.Addresses[0]) { Scheme = "ws", Path = "/ws" }.Uri, TestContext.Current.CancellationToken);
        await app.EventAsync("stream-begun");

        app.Signal(Signals.Term);

        var received = await socket.ReceiveAsync(new byte[100], TestContext.Current.CancellationToken);
        Assert.Equal(WebSocketMessageType.Close, received.MessageType);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, received.CloseStatus);
        await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, TestContext.Current.CancellationToken);
        TimeAssert.AtMost(1 + 0.5, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder("phase Draining", "stream-closed-by-peer", "phase Flushing", "exit");
        Assert.True(app.Report.IsClean);
    }

    /// <summary>A web server takes a write that is cancelled for a reason to cut the connection; this one must not be cancelled.</summary>
    [Fact]
    public async Task ServerSentEvents_MetInAWrite_EndWithTheEndOfTheBody()
    {
        await using var app = await AppProcess.StartReadyAsync("streams", new AppSettings());
        var readers = Enumerable.Range(0, 4).Select(_ => ReadAsync()).ToList();
        await Poll.UntilAsync(() => app.Output.Events.Count(e => e == "stream-begun") == readers.Count, () => "The streams do not begin.");

        app.Signal(Signals.Term);

        await Task.WhenAll(readers);
        await app.ExitsCleanlyAsync();
        Assert.True(app.Report.IsClean);

        async Task ReadAsync()
        {
            using var client = new HttpClient { BaseAddress = app.Addresses[0] };
            await using var body = await client.GetStreamAsync(new Uri("/rapid-events", UriKind.Relative), TestContext.Current.CancellationToken);
            await body.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData("tick")]
    [InlineData("rapid")] // without a pause, so that the drain meets it in a write
    public async Task Grpc_ServerStreaming_EndsWithUnavailable(string request)
    {
        await using var app = await AppProcess.StartReadyAsync("grpc", new AppSettings());
        using var channel = GrpcChannel.ForAddress(app.Addresses[0]);
        var text = Marshallers.Create(Encoding.UTF8.GetBytes, Encoding.UTF8.GetString);
        var ticks = new Method<string, string>(MethodType.ServerStreaming, "Ticker", "Ticks", text, text);
        using var call = channel.CreateCallInvoker().AsyncServerStreamingCall(ticks, null, new CallOptions(), request);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal($"{request} 1", call.ResponseStream.Current);

        app.Signal(Signals.Term);

        var end = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
            {
                // Everything up to the end.
            }
        });
        Assert.True(end.StatusCode == StatusCode.Unavailable, end.ToString());
        TimeAssert.AtMost(1 + 0.5, await app.ExitsCleanlyAsync());
        Assert.True(app.Report.IsClean);
        Assert.Equal(1, app.Report.Count("requestsAtStart"));
    }

    [Fact]
    public async Task Draining_NewRequestsAreServedAndClosed_NewUpgradesAreRefused()
    {
        await using var app = await AppProcess.StartReadyAsync("streams", new AppSettings { StreamGrace = TimeSpan.FromSeconds(5) });

        // Holds the drain open.
        using var slow = await RawConnection.OpenAsync(app.Addresses[0]);
        await slow.RequestAsync("/slow?ms=4000");
        await app.EventAsync("request-begun");
        app.Signal(Signals.Term);

        await app.EventAsync("phase LameDuck");
        using var early = new ClientWebSocket();
        await early.ConnectAsync(new UriBuilder(app.Addresses[0]) { Scheme = "ws", Path = "/ws" }.Uri, TestContext.Current.CancellationToken);

        await app.EventAsync("phase Draining");
        using var ordinary = await RawConnection.OpenAsync(app.Addresses[0]);
        await ordinary.RequestAsync("/hello");
        var answer = await ordinary.AnswerAsync();
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
        Assert.True(await ordinary.EndsWithFinAsync());

        using var upgrade = await RawConnection.OpenAsync(app.Addresses[0]);
        await upgrade.RequestAsync("/ws", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        answer = await upgrade.AnswerAsync();
        Assert.StartsWith("HTTP/1.1 503", answer, StringComparison.Ordinal);
        Assert.Contains("Retry-After:", answer, StringComparison.Ordinal);

        app.Output.AssertNever("request-ended");
        Assert.StartsWith("HTTP/1.1 200", await slow.AnswerAsync(), StringComparison.Ordinal);
        await app.ExitsCleanlyAsync();
    }
}
