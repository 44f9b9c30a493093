using System.Diagnostics;
using System.Net.WebSockets;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>
/// Nobody holds the exit past its own phase: the host stops soon after the grace of streams and connections (0.9 s from the signal), far from
/// the end of the budget (30 s). Plain Kestrel waits for the whole of its timeout in each of these.
/// </summary>
public class HeldExitTests
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(30);

    /// <summary>Generous, for a loaded machine; and far from a quarter of the budget, which is what Kestrel's own stop may use.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan AfterTheGrace = TimeSpan.FromSeconds(1.5);

    [Fact]
    public async Task NoClient_ExitsAfterThePropagationDelay()
    {
        await using var test = await StartAsync();

        await AssertExitsSoonAsync(test);
    }

    [Fact]
    public async Task HalfSentHeader()
    {
        // Longer than the second that a connection has for its first request.
        await using var test = await StartAsync(options: o => o.Drain.PropagationDelay = TimeSpan.FromSeconds(1));
        await using var client = await RawClient.ConnectAsync(test.Http);
        await client.SendAsync("GET / HTTP/1.1\r\nHost:");
        await Eventually.True(() => test.Open.LastArrival > 0, "the half-sent header");

        await AssertExitsSoonAsync(test);

        Assert.Contains("connectionsAborted=1", test.ReportLine, StringComparison.Ordinal);
        Assert.Contains("outcome=clean", test.ReportLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HalfSentHeader_OnAUsedConnection()
    {
        await using var test = await StartAsync();
        await using var client = await RawClient.ConnectAsync(test.Http);
        await client.GetAsync("/");
        await client.SendAsync("GET / HTTP/1.1\r\nHost:");

        await AssertExitsSoonAsync(test);
    }

    [Fact]
    public async Task HalfSentHeader_ThatComesWhenTheDrainIsNearlyOver()
    {
        var gate = new Gate();
        await using var test = await StartAsync(app => app.MapGet("/hold", () => gate.PassAsync()));
        await using var holder = await RawClient.ConnectAsync(test.Http);
        var held = holder.GetAsync("/hold");
        await gate.EnteredAsync();
        var exit = AssertExitsSoonAsync(test, Soon + AfterTheGrace);
        await Eventually.True(() => test.Log.Named("PhaseChanged").Any(l => l.Text.Contains("Draining", StringComparison.Ordinal)), "the drain");

        // The grace is over, and with it the one cut of connections.
        await Task.Delay(AfterTheGrace);
        await using var late = await RawClient.ConnectAsync(test.Http);
        await late.SendAsync("GET / HTTP/1.1\r\nHost:");
        await using var silent = await RawHttp2Client.ConnectAsync(test.Https);
        await silent.GetAsync("/", 1);
        await silent.EndOfAsync(1);
        gate.Open();

        await held;
        await exit;
    }

    [Fact]
    public async Task Http2ClientThatStaysSilent()
    {
        await using var test = await StartAsync();
        await using var client = await RawHttp2Client.ConnectAsync(test.Https);
        await client.GetAsync("/", 1);
        await client.EndOfAsync(1);

        await AssertExitsSoonAsync(test);

        Assert.Contains(client.Frames, f => f.Type == FrameType.GoAway);
    }

    [Fact]
    public async Task Http2ClientThatStaysSilent_AfterItsStreamWasCut()
    {
        await using var test = await StartAsync(app => app.MapGet("/events", async (HttpContext context) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: 1\n\n");
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }));
        await using var client = await RawHttp2Client.ConnectAsync(test.Https);
        await client.GetAsync("/events", 1);
        await Eventually.True(() => client.Frames.Any(f => f.Type == FrameType.Data), "an event");

        await AssertExitsSoonAsync(test);

        Assert.Contains("streamsAborted=1", test.ReportLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WebSocketThatIgnoresItsClose()
    {
        await using var test = await StartAsync(app =>
        {
            app.UseWebSockets();
            app.Map("/ws", async context =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                await socket.ReceiveAsync(new byte[100], CancellationToken.None);
            }).OnDrain(DrainMode.CloseAfter);
        });
        using var deaf = new ClientWebSocket();
        await deaf.ConnectAsync(WebSockets.Address(test.Http, "/ws"), CancellationToken.None);
        await Eventually.True(() => test.Open.Streams == 1, "a stream");

        await AssertExitsSoonAsync(test);

        Assert.Contains("streamsAborted=1", test.ReportLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DrainMode.Cancel)]
    [InlineData(DrainMode.CloseAfter)]
    public async Task WebSocketThatIsNeverRead(DrainMode mode)
    {
        await using var test = await StartAsync(app =>
        {
            app.UseWebSockets();
            app.Map("/ws", async context =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                while (true)
                {
                    // Sooner or later one of these finds every buffer full, and the close frame has to wait behind it.
                    await socket.SendAsync(new byte[100_000], WebSocketMessageType.Binary, true, CancellationToken.None);
                }
            }).OnDrain(mode);
        });
        using var deaf = new ClientWebSocket();
        await deaf.ConnectAsync(WebSockets.Address(test.Http, "/ws"), CancellationToken.None);
        await Eventually.True(() => test.Open.Streams == 1, "a stream");

        await AssertExitsSoonAsync(test);

        Assert.Contains("streamsAborted=1", test.ReportLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EventStreamThatIsNeverRead()
    {
        await using var test = await StartAsync(app => app.MapGet("/events", async (HttpContext context) =>
        {
            context.Response.ContentType = "text/event-stream";
            var line = new string('x', 100_000);
            while (true)
            {
                await context.Response.WriteAsync($"data: {line}\n\n", context.RequestAborted);
            }
        }).OnDrain(DrainMode.Cancel));
        await using var client = await RawClient.ConnectAsync(test.Http);
        await client.SendAsync("GET /events HTTP/1.1\r\nHost: test\r\n\r\n");
        await Eventually.True(() => test.Open.Streams == 1, "a stream");

        await AssertExitsSoonAsync(test);
    }

    [Fact]
    public async Task BigResponseThatIsNeverRead_EndsWithTheRequests_AndLeavesTheFlushItsTime()
    {
        var flushed = false;
        await using var test = await StartAsync(
            app => app.MapGet("/file/{name}", () => Results.Bytes(new byte[50_000_000])),
            o =>
            {
                o.Drain.Budget = TimeSpan.FromSeconds(5);
                o.Drain.FlushReserve = TimeSpan.FromSeconds(3);
            },
            () => flushed = true);
        await using var client = await RawClient.ConnectAsync(test.Http);
        await client.SendAsync("GET /file/secret HTTP/1.1\r\nHost: test\r\n\r\n");
        await Eventually.True(() => test.Open.Requests == 1, "the request runs");

        await AssertExitsSoonAsync(test, TimeSpan.FromSeconds(8));

        Assert.True(flushed);
        Assert.Contains("requestsAborted=1", test.ReportLine, StringComparison.Ordinal);
        Assert.Contains("request GET /file/{name}", test.ReportLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConnectionThatNeverSpeaks()
    {
        await using var test = await StartAsync();
        await using var plain = await RawClient.ConnectAsync(test.Http);
        using var handshake = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await handshake.ConnectAsync(System.Net.IPAddress.Loopback, test.Https.Port);
        await Eventually.True(() => test.Open.Connections == 2, "two connections");

        await AssertExitsSoonAsync(test);
    }

    private static Task<TestApp> StartAsync(Action<WebApplication>? map = null, Action<GracefulOptions>? options = null, Action? flush = null) => TestApp.StartAsync(
        app =>
        {
            app.MapGet("/", () => "ok");
            map?.Invoke(app);
        },
        o =>
        {
            o.Drain.Budget = Budget;
            options?.Invoke(o);
        },
        builder =>
        {
            if (flush is not null)
            {
                builder.Services.AddParticipant(flush);
            }
        });

    private static async Task AssertExitsSoonAsync(TestApp test, TimeSpan? within = null)
    {
        var start = Stopwatch.GetTimestamp();
        await test.ExitAsync();
        var took = Stopwatch.GetElapsedTime(start);
        Assert.True(took < (within ?? Soon), $"the exit took {took}; {test.ReportLine}");
    }
}
