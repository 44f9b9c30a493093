using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Scenarios;

/// <summary>Somebody is in a hurry: the second signal skips the lame duck, the third cuts everything.</summary>
public sealed class RepeatedSignalTests
{
    [Fact]
    public async Task SigtermTwice_SkipsTheLameDuckAndCompletesTheRequest()
    {
        await using var app = await AppProcess.StartReadyAsync("web", new AppSettings { PropagationDelay = AppSettings.Endless });
        var request = app.Http.GetStringAsync(new Uri("/slow?ms=1500", UriKind.Relative), TestContext.Current.CancellationToken);
        await app.EventAsync("request-begun");

        app.Signal(Signals.Term);
        await app.EventAsync("phase LameDuck");
        await app.SignalAgainAsync(Signals.Term);

        Assert.Equal("done", await request);
        TimeAssert.AtMost(1.5, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder("phase LameDuck", "phase Draining", "request-ended", "phase Flushing", "stopping", "exit");
        Assert.True(app.Report.IsClean);
    }

    /// <summary>Ctrl+C reaches every process of the group, and a supervisor passes it on as well.</summary>
    [Fact]
    public async Task SigtermTwiceWithinAMoment_IsOneSignal()
    {
        await using var app = await AppProcess.StartReadyAsync("web", new AppSettings { PropagationDelay = TimeSpan.FromSeconds(2) });

        app.Signal(Signals.Term);
        app.Signal(Signals.Term);

        TimeAssert.AtLeast(2, await app.ExitsCleanlyAsync());
        TimeAssert.AtLeast(2, app.Report.LameDuck);
    }

    [Theory]
    [InlineData("/endless")]
    [InlineData("/stuck")] // a handler that does not notice that it is cut
    public async Task SigtermThreeTimes_CutsEverythingAndExitsAtOnce(string path)
    {
        await using var app = await AppProcess.StartReadyAsync("web", new AppSettings { PropagationDelay = AppSettings.Endless });
        var request = app.Http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        await app.EventAsync("request-begun");

        app.Signal(Signals.Term);
        await app.EventAsync("phase LameDuck");
        await app.SignalAgainAsync(Signals.Term);
        await app.EventAsync("phase Draining");
        await app.SignalAgainAsync(Signals.Term);

        await Assert.ThrowsAsync<HttpRequestException>(() => request);
        // Twice the pause between signals, then at once.
        TimeAssert.AtMost(2 * 0.4 + 1, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder("phase Draining", "phase Flushing", "stopping", "stopped", "exit");
        Assert.False(app.Report.IsClean);
        Assert.Equal(1, app.Report.Count("requestsAborted"));
        Assert.Contains("aborted", app.Report.Held, StringComparison.Ordinal);
    }

    /// <summary>Also when everything is drained and only a hosted service still holds the process.</summary>
    [Fact]
    public async Task ThirdSigterm_WhileHostedServicesStop_CutsThemAsWell()
    {
        await using var app = await AppProcess.StartReadyAsync("stop-waits", new AppSettings());

        app.Signal(Signals.Term);
        await app.EventAsync("stop-begun");
        await app.SignalAgainAsync(Signals.Term);
        await app.SignalAgainAsync(Signals.Term);

        // The lame duck, twice the pause between signals, then at once.
        TimeAssert.AtMost(1 + (2 * 0.4) + 0.5, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder("stopping", "stop-begun", "stop-cut", "stopped", "exit");
    }
}
