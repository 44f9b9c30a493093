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
                    await (side == Side.Receives ? WebSockets.ReceiveAsync(context) : SendAsync(context));
                }
                catch (Exception exception)
                {
                    fault = exception;
                    throw;
                }
            }).OnDrain(mode);
        });
        using var client = await WebSockets.ConnectAsync(test, http2);
        await Eventually.True(() => test.Open.Streams == 1, "a stream");
        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.LameDuck);
        Assert.Equal(WebSocketState.Open, client.State);

        var phase = await WebSockets.ReceiveToCloseAsync(client, test);

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
                app.Map("/ws", WebSockets.ReceiveAsync).OnDrain(DrainMode.Cancel);
            },
            o => o.Drain.StreamGrace = TimeSpan.FromSeconds(3));

        // It reads nothing, so it never sees the close frame.
        using var deaf = await WebSockets.ConnectAsync(test, http2: false);
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
            app.Map("/ws/{room}", WebSockets.ReceiveAsync);
        });
        using var client = await WebSockets.ConnectAsync(test, http2: false, "/ws/secret");
        await Eventually.True(() => test.Open.Streams == 1, "a stream");

        var report = await test.DrainAsync();

        Assert.Equal((1, false), (report.StreamsAborted, report.IsClean));
        Assert.Contains(report.Held, h => h is { Kind: DrainHolderKind.Stream, Name: "GET /ws/{room}", Outcome: DrainOutcome.Aborted });
        Assert.True(report.Draining < TimeSpan.FromSeconds(5), $"held for {report.Draining}");
    }

    /// <summary>Complete: it runs to its end, as every request without a mark.</summary>
    [Fact]
    public async Task OnDrainComplete_IsNotClosed()
    {
        var gate = new Gate();
        await using var test = await TestApp.StartAsync(app =>
        {
            app.UseWebSockets();
            app.Map("/ws", async context =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                await gate.PassAsync();
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, $"{socket.State}", CancellationToken.None);
            }).OnDrain(DrainMode.Complete);
        });
        using var client = await WebSockets.ConnectAsync(test, http2: false);
        await gate.EnteredAsync();
        var drain = test.DrainAsync();
        await Eventually.True(() => test.Traffic.DrainToken.IsCancellationRequested, "the drain token");
        await Task.Delay(200);
        gate.Open();
        await WebSockets.ReceiveToCloseAsync(client, test);

        Assert.Equal("Open", client.CloseStatusDescription);
        Assert.True((await drain).IsClean);
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
        using var client = await WebSockets.ConnectAsync(test, http2: false);
        await Eventually.True(() => test.Open.Streams == 1, "a stream");
        var drain = test.DrainAsync();

        await WebSockets.ReceiveToCloseAsync(client, test);

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
                await WebSockets.ReceiveAsync(context);
            }).OnDrain(DrainMode.CloseAfter);
        }, o => o.Drain.StreamGrace = TimeSpan.FromSeconds(3));
        var connecting = WebSockets.ConnectAsync(test, http2: false);
        await gate.EnteredAsync();
        var drain = test.DrainAsync();
        await Eventually.True(() => test.Traffic.DrainToken.IsCancellationRequested, "the drain token");
        gate.Open();

        using var client = await connecting;
        await WebSockets.ReceiveToCloseAsync(client, test);

        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, client.CloseStatus);
        Assert.True((await drain).IsClean);
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
}
