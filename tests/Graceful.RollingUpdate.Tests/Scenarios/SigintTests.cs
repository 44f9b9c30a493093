using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Scenarios;

public sealed class SigintTests
{
    [Fact]
    public async Task Sigint_InDevelopment_HasNoLameDuckButCompletesTheRequest()
    {
        var settings = new AppSettings { PropagationDelay = AppSettings.Endless, Environment = "Development" };
        await using var app = await AppProcess.StartReadyAsync("web", settings);
        var request = app.Http.GetStringAsync(new Uri("/slow?ms=500", UriKind.Relative), TestContext.Current.CancellationToken);
        await app.EventAsync("request-begun");

        app.Signal(Signals.Int);

        Assert.Equal("done", await request);
        TimeAssert.AtMost(0.5, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder("phase Draining", "request-ended", "phase Flushing", "stopping", "stopped", "exit");
        Assert.Equal("SIGINT", app.Report.Reason);
    }

    [Fact]
    public async Task Sigint_InProduction_HasItsLameDuck()
    {
        await using var app = await AppProcess.StartReadyAsync("web", new AppSettings { PropagationDelay = TimeSpan.FromSeconds(1.5) });

        app.Signal(Signals.Int);

        TimeAssert.AtLeast(1.5, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder("phase LameDuck", "phase Draining", "phase Flushing", "stopping", "stopped", "exit");
    }

    [Fact]
    public async Task Sigterm_InDevelopment_HasItsLameDuck()
    {
        var settings = new AppSettings { PropagationDelay = TimeSpan.FromSeconds(1.5), Environment = "Development" };
        await using var app = await AppProcess.StartReadyAsync("web", settings);

        app.Signal(Signals.Term);

        TimeAssert.AtLeast(1.5, await app.ExitsCleanlyAsync());
    }
}
