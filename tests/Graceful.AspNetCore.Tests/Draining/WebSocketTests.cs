using System.Net;
using System.Net.WebSockets;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Graceful.AspNetCore.Tests.Draining;

public class WebSocketTests
{
    public enum Side
    {
        /// <summary>The handler receives, and so meets the client's answer to the close frame.</summary>
        Receives,

        /// <summary>The handler only sends.</summary>
        Sends,
    }

    [Theory]
    [InlineData(Side.Receives, DrainMode.Cancel, false)]
    [InlineData(Side.Receives, DrainMode.CloseAfter, false)]
    [InlineData(Side.Receives, DrainMode.Cancel, true)]
    [InlineData(Side.Sends, DrainMode.Cancel, false)]
    [InlineData(Side.Sends, DrainMode.CloseAfter, false)]
    [InlineData(Side.Sends, DrainMode.Cancel, true)]
    public async Task OnDrain_ClosesWith1001(Side side, DrainMode mode, bool http2)
    {
        Exception? fault = null;
        await using var test = await TestApp.StartAsync(app =>
        {
            app.UseWebSockets();
            app.Map("/ws", async context =>
            {
                try
                {
                    await (side == Side.Receives ? ReceiveAsync(context) : SendAsync(context));
                }
                catch (Exception exception)
                {
                    fault = exception;
                    throw;
                }
            }).OnDrain(mode);
        });
        using var client = await ConnectAsync(test, http2);
        await Eventually.True(() => test.Open.Streams == 1, "a stream");
        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.LameDuck);
        Assert.Equal(WebSocketState.Open, client.State);

        var phase = await ReceiveToCloseAsync(client, test);

        Assert.Equal((WebSocketCloseStatus.EndpointUnavailable, "instance is leaving"), (client.CloseStatus, client.CloseStatusDescription));
        Assert.Equal(InstancePhase.Draining, phase);
        var report = await drain;
        Assert.Equal((0, true), (report.StreamsAborted, report.IsClean));
        Assert.DoesNotContain(test.Log.Lines, l => l.Level >= LogLevel.Error);
        if (side == Side.Receives)
        {
            Assert.Null(fault);
        }
    }

    [Fact]
    public async Task OnDrain_ClientThatNeverAnswersTheClose_IsLeftBehindWithinItsGrace()
    {
        await using var test = await TestApp.StartAsync(
            app =>
            {
                app.UseWebSockets();
                app.Map("/ws", ReceiveAsync).OnDrain(DrainMode.Cancel);
            },
            o => o.Drain.StreamGrace = TimeSpan.FromSeconds(3));

        // It reads nothing, so it never sees the close frame.
        using var deaf = await ConnectAsync(test, http2: false);
        await Eventually.True(() => test.Open.Streams == 1, "a stream");

        var report = await test.DrainAsync();

        // The handler is told to end a second after the close frame: no need to cut it.
        Assert.Equal((0, 0), (report.RequestsAborted, report.StreamsAborted));
        Assert.True(report.Draining < TimeSpan.FromSeconds(8), $"held for {report.Draining}");
    }

    [Fact]
    public async Task Unannotated_HandlerThatIgnoresTheDrain_IsCutAfterItsGrace()
    {
        await using var test = await TestApp.StartAsync(app =>
        {
            app.UseWebSockets();
            app.Map("/ws/{room}", ReceiveAsync);
        });
        using var client = await ConnectAsync(test, http2: false, "/ws/secret");
        await Eventually.True(() => test.Open.Streams == 1, "a stream");

        var report = await test.DrainAsync();

        Assert.Equal((1, false), (report.StreamsAborted, report.IsClean));
        Assert.Contains(report.Held, h => h is { Kind: DrainHolderKind.Stream, Name: "GET /ws/{room}", Outcome: DrainOutcome.Aborted });
        Assert.True(report.Draining < TimeSpan.FromSeconds(5), $"held for {report.Draining}");
    }

    [Fact]
    public async Task DrainToken_LetsAHandlerCloseItsSocketItself()
    {
        await using var test = await TestApp.StartAsync(app =>
        {
            app.UseWebSockets();
            app.Map("/ws", async context =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                await Task.Delay(Timeout.Infinite, context.GetDrainToken()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await socket.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "mine", CancellationToken.None);
            });
        });
        using var client = await ConnectAsync(test, http2: false);
        await Eventually.True(() => test.Open.Streams == 1, "a stream");
        var drain = test.DrainAsync();

        await ReceiveToCloseAsync(client, test);

        Assert.Equal("mine", client.CloseStatusDescription);
        Assert.True((await drain).IsClean);
    }

    [Fact]
    public async Task OnDrain_SocketAcceptedInTheMomentOfTheDrain_IsClosedAsWell()
    {
        var gate = new Gate();
        await using var test = await TestApp.StartAsync(app =>
        {
            app.UseWebSockets();
            app.Map("/ws", async context =>
            {
                await gate.PassAsync();
                await ReceiveAsync(context);
            }).OnDrain(DrainMode.CloseAfter);
        }, o => o.Drain.StreamGrace = TimeSpan.FromSeconds(3));
        var connecting = ConnectAsync(test, http2: false);
        await gate.EnteredAsync();
        var drain = test.DrainAsync();
        await Eventually.True(() => test.Traffic.DrainToken.IsCancellationRequested, "the drain token");
        gate.Open();

        using var client = await connecting;
        await ReceiveToCloseAsync(client, test);

        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, client.CloseStatus);
        Assert.True((await drain).IsClean);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NewUpgrade_IsServedInTheLameDuck_AndRefusedAfterIt(bool http2)
    {
        var gate = new Gate();
        await using var test = await TestApp.StartAsync(app =>
        {
            app.UseWebSockets();
            app.Map("/ws", ReceiveAsync).OnDrain(DrainMode.Cancel);
            app.MapGet("/hold", () => gate.PassAsync());
        });
        await using var holder = await RawClient.ConnectAsync(test.Http);
        var held = holder.GetAsync("/hold");
        await gate.EnteredAsync();
        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.LameDuck);
        using (var early = await ConnectAsync(test, http2))
        {
            Assert.Equal(WebSocketState.Open, early.State);
            await ReceiveToCloseAsync(early, test);
        }

        await Eventually.True(() => test.Lifecycle.Phase == InstancePhase.Draining, "the drain");
        using var late = Create(http2);
        late.Options.CollectHttpResponseDetails = true;

        await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(late, test, http2, "/ws"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, late.HttpStatusCode);
        Assert.Equal("1", Assert.Single(late.HttpResponseHeaders!["Retry-After"]));
        gate.Open();
        await held;
        Assert.True((await drain).IsClean);
    }

    [Theory]
    [InlineData("h2c")]
    [InlineData("TLS/1.0")]
    public async Task RequestThatOnlyOffersAnotherProtocol_IsServedWhileDraining(string offer)
    {
        var gate = new Gate();
        await using var test = await TestApp.StartAsync(app =>
        {
            app.MapGet("/", () => "ok");
            app.MapGet("/hold", () => gate.PassAsync());
        });
        await using var holder = await RawClient.ConnectAsync(test.Http);
        var held = holder.GetAsync("/hold");
        await gate.EnteredAsync();
        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.Draining);

        // What Java's HttpClient and curl --http2 send with every first request in clear text.
        await using var client = await RawClient.ConnectAsync(test.Http);
        var response = await client.GetAsync("/", $"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: {offer}\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n");

        Assert.Equal((200, "ok"), (response.Status, response.Body));
        gate.Open();
        await held;
        await drain;
    }

    private static async Task ReceiveAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[100];
        while ((await socket.ReceiveAsync(buffer, context.RequestAborted)).MessageType != WebSocketMessageType.Close)
        {
            // Nothing is said here.
        }

        if (socket.State == WebSocketState.CloseReceived)
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
    }

    private static async Task SendAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var message = new byte[100];
        while (true)
        {
            await socket.SendAsync(message, WebSocketMessageType.Binary, true, context.RequestAborted);
            await Task.Delay(5, context.RequestAborted);
        }
    }

    private static ClientWebSocket Create(bool http2)
    {
        var client = new ClientWebSocket();
        if (http2)
        {
            client.Options.HttpVersion = HttpVersion.Version20;
            client.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }

        return client;
    }

    private static async Task<ClientWebSocket> ConnectAsync(TestApp test, bool http2, string path = "/ws")
    {
        var client = Create(http2);
        await ConnectAsync(client, test, http2, path);
        return client;
    }

    private static Task ConnectAsync(ClientWebSocket client, TestApp test, bool http2, string path) => http2
        ? client.ConnectAsync(WebSockets.Address(test.Https, path), new HttpMessageInvoker(Http2.CreateHandler()), CancellationToken.None).Within("the upgrade")
        : client.ConnectAsync(WebSockets.Address(test.Http, path), CancellationToken.None).Within("the upgrade");

    /// <returns>The phase in which the close came.</returns>
    private static async Task<InstancePhase> ReceiveToCloseAsync(ClientWebSocket client, TestApp test)
    {
        var buffer = new byte[1000];
        while ((await client.ReceiveAsync(buffer, CancellationToken.None).Within("a frame")).MessageType != WebSocketMessageType.Close)
        {
            // What the handler sends.
        }

        var phase = test.Lifecycle.Phase;
        try
        {
            await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).Within("the answer");
        }
        catch (WebSocketException)
        {
            // A handler that only sends has left by now.
        }

        return phase;
    }
}
