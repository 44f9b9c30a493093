using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Scenarios;

/// <summary>A hosted service that is stopped after the web server still has time to write out what it holds.</summary>
public sealed class LateFlushTests
{
    private static readonly AppSettings Settings = new()
    {
        Budget = TimeSpan.FromSeconds(10),
        PropagationDelay = TimeSpan.FromSeconds(0.5),
        StreamGrace = TimeSpan.FromSeconds(0.5),
        FlushReserve = TimeSpan.FromSeconds(8),
    };

    [Theory]
    [InlineData("/endless")]
    [InlineData("/stuck")] // its connection never closes: the web server's own stop would wait for it
    public async Task Sigterm_RequestUsesUpTheDrain_LaterServicesStillGetALiveToken(string path)
    {
        await using var app = await AppProcess.StartReadyAsync("late-flush", Settings);
        var request = app.Http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        await app.EventAsync("request-begun");

        app.Signal(Signals.Term);

        await Assert.ThrowsAsync<HttpRequestException>(() => request);
        var after = await app.ExitsCleanlyAsync();
        TimeAssert.AtLeast(2, after);
        TimeAssert.AtMost(10, after);
        app.Output.AssertOrder("phase Draining", "phase Flushing", "stopping", "flush-begun token=live", "flush-ended", "stopped", "exit");
        Assert.Equal(1, app.Report.Count("requestsAborted"));
        Assert.Contains($"request GET {path}", app.Report.Held, StringComparison.Ordinal);
        Assert.Contains("aborted", app.Report.Held, StringComparison.Ordinal);
    }

    /// <summary>What it is without the library.</summary>
    [Fact]
    public async Task Sigterm_RequestUsesUpTheShutdownTimeout_PlainHostGivesADeadToken()
    {
        var settings = Settings.With("Graceful__Enabled", "false").With("ShutdownTimeout", "00:00:01");
        await using var app = await AppProcess.StartReadyAsync("late-flush", settings, ready: "started");
        var request = app.Http.GetStringAsync(new Uri("/endless", UriKind.Relative), TestContext.Current.CancellationToken);
        await app.EventAsync("request-begun");

        app.Signal(Signals.Term);

        await Assert.ThrowsAsync<HttpRequestException>(() => request);
        await app.ExitsAsync();
        app.Output.AssertOrder("stopping", "flush-begun token=dead", "flush-cut");
    }
}
