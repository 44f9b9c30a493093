using System.Diagnostics;
using System.Net.WebSockets;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>Clients that do not read, or do not answer, do not hold the exit.</summary>
public class NeverReadTests
{
    /// <summary>Whoever has not sent for so long does so for want of room.</summary>
    private static readonly TimeSpan Full = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(DrainMode.Cancel)]
    [InlineData(DrainMode.CloseAfter)]
    public async Task WebSocketThatIsNeverRead(DrainMode mode)
    {
        var sent = Stopwatch.GetTimestamp();
        await using var test = await ExitTest.StartAsync(app =>
        {
            app.UseWebSockets();
            app.Map("/ws", async context =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                while (true)
                {
                    // Sooner or later one of these finds every buffer full, and the close frame has to wait behind it.
                    await socket.SendAsync(new byte[100_000], WebSocketMessageType.Binary, true, CancellationToken.None);
                    Volatile.Write(ref sent, Stopwatch.GetTimestamp());
                }
            }).OnDrain(mode);
        });
        using var deaf = new ClientWebSocket();
        await deaf.ConnectAsync(WebSockets.Address(test.Http, "/ws"), CancellationToken.None);
        await Eventually.True(() => test.Open.Streams == 1, "a stream");
        await Eventually.True(() => Stopwatch.GetElapsedTime(Volatile.Read(ref sent)) > Full, "every buffer is full");

        await ExitTest.AssertExitsSoonAsync(test);

        Assert.Contains("streamsAborted=1", test.ReportLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EventStreamThatIsNeverRead()
    {
        await using var test = await ExitTest.StartAsync(app => app.MapGet("/events", async (HttpContext context) =>
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

        await ExitTest.AssertExitsSoonAsync(test);
    }

    [Fact]
    public async Task BigResponseThatIsNeverRead_EndsWithTheRequests_AndLeavesTheFlushItsTime()
    {
        var flushed = false;
        await using var test = await ExitTest.StartAsync(
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

        await ExitTest.AssertExitsSoonAsync(test, TimeSpan.FromSeconds(8));

        Assert.True(flushed, test.ReportLine);
        Assert.Contains("requestsAborted=1", test.ReportLine, StringComparison.Ordinal);
        Assert.Contains("request GET /file/{name}", test.ReportLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WebSocketThatIgnoresItsClose()
    {
        await using var test = await ExitTest.StartAsync(app =>
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

        await ExitTest.AssertExitsSoonAsync(test);

        Assert.Contains("streamsAborted=1", test.ReportLine, StringComparison.Ordinal);
    }
}
