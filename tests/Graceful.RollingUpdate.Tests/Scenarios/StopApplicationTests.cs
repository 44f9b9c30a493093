using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Scenarios;

public sealed class StopApplicationTests
{
    private static readonly AppSettings Settings = new() { PropagationDelay = TimeSpan.FromSeconds(1.5) };

    [Theory]
    [InlineData(1)]
    [InlineData(3)] // repeated, it is still one wish and no signal: nothing is skipped, nothing cut
    public async Task StopApplication_CalledByTheApp_DrainsBeforeApplicationStopping(int times)
    {
        await using var app = await AppProcess.StartReadyAsync("stop-application", Settings);
        var request = app.Http.GetStringAsync(new Uri("/slow?ms=2500", UriKind.Relative), TestContext.Current.CancellationToken);
        await app.EventAsync("request-begun");

        app.MarkAsked();
        using var answer = await app.Http.PostAsync(new Uri($"/stop?times={times}", UriKind.Relative), null, TestContext.Current.CancellationToken);

        Assert.True(answer.IsSuccessStatusCode);
        Assert.Equal("done", await request);
        TimeAssert.AtLeast(1.5, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder("phase LameDuck", "phase Draining", "request-ended", "phase Flushing", "phase Stopped", "stopping", "stopped", "exit");
        TimeAssert.AtLeast(1.5, app.Report.LameDuck);
        Assert.Equal("StopApplication", app.Report.Reason);
        Assert.True(app.Report.IsClean);
    }

    [Fact]
    public async Task StopApplication_ThenSigterm_TheSignalIsTheFirstAndSkipsNothing()
    {
        await using var app = await AppProcess.StartReadyAsync("stop-application", Settings);

        app.MarkAsked();
        using var answer = await app.Http.PostAsync(new Uri("/stop?times=2", UriKind.Relative), null, TestContext.Current.CancellationToken);
        await app.EventAsync("phase LameDuck");
        app.Signal(Signals.Term);

        TimeAssert.AtLeast(1.5, await app.ExitsCleanlyAsync());
        TimeAssert.AtLeast(1.5, app.Report.LameDuck);
    }
}
