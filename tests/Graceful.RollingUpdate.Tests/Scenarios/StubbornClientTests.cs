using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Scenarios;

/// <summary>No client, however it behaves, holds the exit past propagation + grace + 1 s; and none of these counts as a loss but streams.</summary>
public sealed class StubbornClientTests
{
    private const double Bound = 1 + 1 + 1;
    private const string WebSocketHandshake =
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private static AppSettings Settings => new();

    [Fact]
    public async Task HalfSentHeader_IsCutAtTheEndOfTheGrace()
    {
        await using var app = await AppProcess.StartReadyAsync("web", Settings);
        using var client = await RawConnection.OpenAsync(app.Addresses[0]);
        await client.SendAsync("GET /hello HTTP/1.1\r\nHost: lo");

        app.Signal(Signals.Term);

        TimeAssert.AtMost(Bound, await app.ExitsCleanlyAsync());
        Assert.True(app.Report.IsClean);
        Assert.Equal(1, app.Report.Count("connectionsAborted"));
        Assert.Contains("connection 127.0.0.1", app.Report.Held, StringComparison.Ordinal);
    }

    /// <summary>What it is without the library: its own header timeout does not run any more, so nothing but the shutdown timeout ends it.</summary>
    [Fact]
    public async Task HalfSentHeader_PlainKestrelIsHeldForItsWholeShutdownTimeout()
    {
        await using var app = await AppProcess.StartReadyAsync("plain", new AppSettings().With("ShutdownTimeout", "00:00:04"), ready: "started");
        using var client = await RawConnection.OpenAsync(app.Addresses[0]);
        await client.SendAsync("GET /hello HTTP/1.1\r\nHost: lo");

        // Accepted and being read; nothing that could be waited for shows it.
        Assert.Equal("hello", await app.Http.GetStringAsync(new Uri("/hello", UriKind.Relative), TestContext.Current.CancellationToken));

        app.Signal(Signals.Term);

        var (_, after) = await app.ExitsAsync();
        TimeAssert.AtLeast(4, after);
    }

    [Fact]
    public async Task SilentConnection_ThatNeverSentAByte_IsClosed()
    {
        await using var app = await AppProcess.StartReadyAsync("web", Settings);
        using var client = await RawConnection.OpenAsync(app.Addresses[0]);

        app.Signal(Signals.Term);

        TimeAssert.AtMost(Bound, await app.ExitsCleanlyAsync());
        Assert.True(app.Report.IsClean);
    }

    [Theory]
    [InlineData(true)] // one answered request, then silence
    [InlineData(false)] // settings, then silence
    public async Task SilentHttp2_OverTls_IsCutAtTheEndOfTheGrace(bool request)
    {
        await using var app = await AppProcess.StartReadyAsync("streams", Settings);
        using var client = await SilentHttp2Client.OpenAsync(app.Addresses[1]);
        if (request)
        {
            await client.GetAsync("/hello");
        }

        app.Signal(Signals.Term);

        TimeAssert.AtMost(Bound, await app.ExitsCleanlyAsync());
        Assert.True(app.Report.IsClean);
        Assert.Equal(1, app.Report.Count("connectionsAtStart"));
    }

    [Theory]
    [InlineData("/ws")]
    [InlineData("/deaf-ws")]
    public async Task DeafWebSocket_IsCutAtTheEndOfTheGrace(string path)
    {
        await using var app = await AppProcess.StartReadyAsync("streams", Settings);
        using var client = await RawConnection.OpenAsync(app.Addresses[0]);
        await client.RequestAsync(path, WebSocketHandshake);
        Assert.StartsWith("HTTP/1.1 101", await client.AnswerAsync(), StringComparison.Ordinal);
        await app.EventAsync("stream-begun");

        app.Signal(Signals.Term);

        TimeAssert.AtMost(Bound, await app.ExitsCleanlyAsync());
        app.Output.AssertNever("stream-closed-by-peer");
    }

    /// <summary>A client that takes megabytes and reads none: the handler waits in its write.</summary>
    [Fact]
    public async Task ClientThatNeverReads_IsCutAtTheEndOfTheGrace()
    {
        await using var app = await AppProcess.StartReadyAsync("streams", Settings);
        using var client = await RawConnection.OpenAsync(app.Addresses[0]);
        await client.RequestAsync("/flood");
        await app.EventAsync("stream-begun");

        app.Signal(Signals.Term);

        TimeAssert.AtMost(Bound, await app.ExitsCleanlyAsync());
        Assert.Equal(1, app.Report.Count("streamsAborted"));
        Assert.Contains("stream GET /flood", app.Report.Held, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/endless-events")] // knows nothing of drains
    [InlineData("/deaf-events")] // does not even notice that it is cut
    public async Task EventStreamThatGoesOn_IsCutAtTheEndOfTheGraceAndReported(string path)
    {
        await using var app = await AppProcess.StartReadyAsync("streams", Settings);
        using var client = await RawConnection.OpenAsync(app.Addresses[0]);
        await client.RequestAsync(path);
        var end = client.EndsWithFinAsync();
        await app.EventAsync("stream-begun");

        app.Signal(Signals.Term);

        TimeAssert.AtMost(Bound, await app.ExitsCleanlyAsync());
        await end;
        Assert.Equal(1, app.Report.Count("streamsAborted"));
        Assert.Contains($"stream GET {path}", app.Report.Held, StringComparison.Ordinal);
        Assert.False(app.Report.IsClean);
    }

    [Fact]
    public async Task AllAtOnce_HoldNoLongerThanOne()
    {
        await using var app = await AppProcess.StartReadyAsync("streams", Settings);
        using var header = await RawConnection.OpenAsync(app.Addresses[0]);
        await header.SendAsync("POST /hello HTTP/1.1\r\nHost: localhost\r\nContent-Le");
        using var flooded = await RawConnection.OpenAsync(app.Addresses[0]);
        await flooded.RequestAsync("/flood");
        using var socket = await RawConnection.OpenAsync(app.Addresses[0]);
        await socket.RequestAsync("/deaf-ws", WebSocketHandshake);
        await socket.AnswerAsync();
        using var http2 = await SilentHttp2Client.OpenAsync(app.Addresses[1]);
        await http2.GetAsync("/hello");

        app.Signal(Signals.Term);

        TimeAssert.AtMost(Bound, await app.ExitsCleanlyAsync());
    }
}
