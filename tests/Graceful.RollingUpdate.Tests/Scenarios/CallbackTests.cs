using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Scenarios;

public sealed class CallbackTests
{
    [Fact]
    public async Task Sigterm_BlockingApplicationStoppingCallback_RunsAfterTheDrainAndHarmsNobody()
    {
        await using var app = await AppProcess.StartReadyAsync("blocking-callback", new AppSettings());
        var request = app.Http.GetStringAsync(new Uri("/slow?ms=1800", UriKind.Relative), TestContext.Current.CancellationToken);
        await app.EventAsync("request-begun");

        app.Signal(Signals.Term);

        Assert.Equal("done", await request);
        TimeAssert.AtMost(1.8 + 1 + 0.5, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder(
            "phase LameDuck", "request-ended", "phase Flushing", "phase Stopped", "callback-begun", "callback-ended", "flush-begun token=live", "flush-ended", "exit");
        Assert.True(app.Report.IsClean);
    }
}
