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
    private static readonly TimeSpan AfterTheGrace = TimeSpan.FromSeconds(1.5);

    [Fact]
    public async Task NoClient_ExitsAfterThePropagationDelay()
    {
        await using var test = await ExitTest.StartAsync();

        await ExitTest.AssertExitsSoonAsync(test);
    }

    [Fact]
    public async Task HalfSentHeader()
    {
        // Longer than the second that a connection has for its first request.
        await using var test = await ExitTest.StartAsync(options: o => o.Drain.PropagationDelay = TimeSpan.FromSeconds(1));
        await using var client = await RawClient.ConnectAsync(test.Http);
        await client.SendAsync("GET / HTTP/1.1\r\nHost:");
        await Eventually.True(() => test.Open.LastArrival > 0, "the half-sent header");

        await ExitTest.AssertExitsSoonAsync(test);

        Assert.Contains("connectionsAborted=1", test.ReportLine, StringComparison.Ordinal);
        Assert.Contains("outcome=clean", test.ReportLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HalfSentHeader_OnAUsedConnection()
    {
        await using var test = await ExitTest.StartAsync();
        await using var client = await RawClient.ConnectAsync(test.Http);
        await client.GetAsync("/");
        await client.SendAsync("GET / HTTP/1.1\r\nHost:");

        await ExitTest.AssertExitsSoonAsync(test);
    }

    [Fact]
    public async Task HalfSentHeader_ThatComesWhenTheDrainIsNearlyOver()
    {
        var gate = new Gate();
        await using var test = await ExitTest.StartAsync(app => app.MapGet("/hold", () => gate.PassAsync()));
        await using var holder = await RawClient.ConnectAsync(test.Http);
        var held = holder.GetAsync("/hold");
        await gate.EnteredAsync();
        var exit = ExitTest.AssertExitsSoonAsync(test, ExitTest.Soon + AfterTheGrace);
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
        await using var test = await ExitTest.StartAsync();
        await using var client = await RawHttp2Client.ConnectAsync(test.Https);
        await client.GetAsync("/", 1);
        await client.EndOfAsync(1);

        await ExitTest.AssertExitsSoonAsync(test);

        Assert.Contains(client.Frames, f => f.Type == FrameType.GoAway);
    }

    [Fact]
    public async Task Http2ClientThatStaysSilent_AfterItsStreamWasCut()
    {
        await using var test = await ExitTest.StartAsync(app => app.MapGet("/events", async (HttpContext context) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: 1\n\n");
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }));
        await using var client = await RawHttp2Client.ConnectAsync(test.Https);
        await client.GetAsync("/events", 1);
        await Eventually.True(() => client.Frames.Any(f => f.Type == FrameType.Data), "an event");

        await ExitTest.AssertExitsSoonAsync(test);

        Assert.Contains("streamsAborted=1", test.ReportLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConnectionThatNeverSpeaks()
    {
        await using var test = await ExitTest.StartAsync();
        await using var plain = await RawClient.ConnectAsync(test.Http);
        using var handshake = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await handshake.ConnectAsync(System.Net.IPAddress.Loopback, test.Https.Port);
        await Eventually.True(() => test.Open.Connections == 2, "two connections");

        await ExitTest.AssertExitsSoonAsync(test);
    }
}
