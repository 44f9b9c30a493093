using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Scenarios;

public sealed class ParticipantTests
{
    [Fact]
    public async Task Sigterm_OneParticipantThrowsAndOneHangs_TheOthersRunAndTheReportNamesBoth()
    {
        await using var app = await AppProcess.StartReadyAsync("participants", new AppSettings());

        app.Signal(Signals.Term);

        // Lame duck, the limit of the one that hangs, the hosted service.
        TimeAssert.AtMost(1 + 0.5 + 0.5, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder("phase Flushing", "beside-flushed", "after-flushed", "phase Stopped", "stopping", "flush-begun token=live", "flush-ended", "exit");
        Assert.False(app.Report.IsClean);
        Assert.Contains("participant throwing", app.Report.Held, StringComparison.Ordinal);
        Assert.Contains("failed", app.Report.Held, StringComparison.Ordinal);
        Assert.Contains("participant hanging", app.Report.Held, StringComparison.Ordinal);
        Assert.Contains("timed out", app.Report.Held, StringComparison.Ordinal);
        TimeAssert.AtLeast(0.5, app.Report.Flushing);
    }

    [Fact]
    public async Task Sigterm_RequestUsesUpTheDrain_ParticipantsStillGetALiveToken()
    {
        var settings = new AppSettings { Budget = TimeSpan.FromSeconds(12), FlushReserve = TimeSpan.FromSeconds(10) };
        await using var app = await AppProcess.StartReadyAsync("participants", settings);
        var request = app.Http.GetStringAsync(new Uri("/endless", UriKind.Relative), TestContext.Current.CancellationToken);
        await app.EventAsync("request-begun");

        app.Signal(Signals.Term);

        await Assert.ThrowsAsync<HttpRequestException>(() => request);
        TimeAssert.AtMost(12, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder("phase Flushing", "beside-flushed", "after-flushed", "stopping", "flush-begun token=live", "flush-ended", "exit");
    }
}
