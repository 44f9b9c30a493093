using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Scenarios;

public sealed class SigtermTests
{
    private static readonly string[] WholeOrder =
    [
        "phase Ready", "phase LameDuck", "phase Draining", "phase Flushing", "phase Stopped", "stopping", "stopped", "exit",
    ];

    [Fact]
    public async Task Sigterm_NobodyThere_ExitsWhenTheEarlyExitRuleIsMet()
    {
        var settings = new AppSettings { PropagationDelay = AppSettings.Endless, MinimumPropagation = TimeSpan.FromSeconds(0.7) };
        await using var app = await AppProcess.StartReadyAsync("web", settings);

        app.Signal(Signals.Term);

        var after = await app.ExitsCleanlyAsync();
        TimeAssert.AtLeast(0.7, after);
        TimeAssert.AtMost(0.7 + 0.5, after);
        app.Output.AssertOrder(WholeOrder);
        Assert.True(app.Report.EarlyExit);
        Assert.True(app.Report.IsClean);
        Assert.Equal("SIGTERM", app.Report.Reason);
    }

    [Fact]
    public async Task Sigterm_NobodyThereAndNoEarlyExit_ExitsAfterThePropagationDelay()
    {
        await using var app = await AppProcess.StartReadyAsync("web", new AppSettings { PropagationDelay = TimeSpan.FromSeconds(1.5) });

        app.Signal(Signals.Term);

        var after = await app.ExitsCleanlyAsync();
        TimeAssert.AtLeast(1.5, after);
        TimeAssert.AtMost(1.5 + 0.5, after);
        app.Output.AssertOrder(WholeOrder);
        Assert.False(app.Report.EarlyExit);
    }

    [Fact]
    public async Task Sigterm_RequestRunning_CompletesIt()
    {
        await using var app = await AppProcess.StartReadyAsync("web", new AppSettings());
        var request = app.Http.GetStringAsync(new Uri("/slow?ms=2500", UriKind.Relative), TestContext.Current.CancellationToken);
        await app.EventAsync("request-begun");

        app.Signal(Signals.Term);

        Assert.Equal("done", await request);
        var after = await app.ExitsCleanlyAsync();
        TimeAssert.AtMost(2.5, after);
        app.Output.AssertOrder("phase LameDuck", "phase Draining", "request-ended", "phase Flushing", "stopping", "stopped", "exit");
        Assert.True(app.Report.IsClean);
        Assert.Equal(1, app.Report.Count("requestsAtStart"));
        Assert.Contains("request GET /slow", app.Report.Held, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sigterm_RequestsArriveDuringTheLameDuck_ServesThem()
    {
        await using var app = await AppProcess.StartReadyAsync("web", new AppSettings { PropagationDelay = TimeSpan.FromSeconds(2) });

        app.Signal(Signals.Term);
        await app.EventAsync("phase LameDuck");
        for (var i = 0; i < 5; i++)
        {
            // Each on a connection of its own, as a balancer's that has not noticed yet.
            using var client = new HttpClient { BaseAddress = app.Addresses[0] };
            Assert.Equal("hello", await client.GetStringAsync(new Uri("/hello", UriKind.Relative), TestContext.Current.CancellationToken));
        }

        await app.ExitsCleanlyAsync();
        Assert.Equal(5, app.Report.Count("lateArrivals"));
        Assert.True(app.Report.IsClean);
    }

    [Fact]
    public async Task Sigterm_RequestsKeepArriving_HasItsWholeLameDuck()
    {
        var settings = new AppSettings
        {
            PropagationDelay = TimeSpan.FromSeconds(3),
            MinimumPropagation = TimeSpan.FromSeconds(0.2),
            QuietPeriod = TimeSpan.FromSeconds(2),
        };
        await using var app = await AppProcess.StartReadyAsync("web", settings);

        app.Signal(Signals.Term);
        await app.EventAsync("phase LameDuck");
        while (!app.Output.Has("phase Draining"))
        {
            using var client = new HttpClient { BaseAddress = app.Addresses[0] };
            Assert.Equal("hello", await client.GetStringAsync(new Uri("/hello", UriKind.Relative), TestContext.Current.CancellationToken));
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        await app.ExitsCleanlyAsync();
        Assert.False(app.Report.EarlyExit);
        TimeAssert.AtLeast(3, app.Report.LameDuck);
    }

    /// <summary>Whoever is left gets what is left of the budget, and no more.</summary>
    [Fact]
    public async Task Sigterm_HostedServiceStopsForEver_ExitsAtTheEndOfTheBudget()
    {
        var settings = new AppSettings
        {
            Budget = TimeSpan.FromSeconds(9),
            PropagationDelay = TimeSpan.FromSeconds(6),
            FlushReserve = TimeSpan.FromSeconds(2),
        };
        await using var app = await AppProcess.StartReadyAsync("stop-waits", settings);

        app.Signal(Signals.Term);

        var after = await app.ExitsCleanlyAsync();
        TimeAssert.AtLeast(8, after);
        TimeAssert.AtMost(9, after);
        app.Output.AssertOrder("phase Stopped", "stop-begun", "stop-cut", "stopped", "exit");
    }

    [Fact]
    public async Task Sigquit_DrainsLikeSigterm()
    {
        await using var app = await AppProcess.StartReadyAsync("web", new AppSettings());
        var request = app.Http.GetStringAsync(new Uri("/slow?ms=1500", UriKind.Relative), TestContext.Current.CancellationToken);
        await app.EventAsync("request-begun");

        app.Signal(Signals.Quit);

        Assert.Equal("done", await request);
        TimeAssert.AtLeast(1, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder(WholeOrder);
        Assert.Equal("SIGQUIT", app.Report.Reason);
    }

    [Fact]
    public async Task Sigterm_StartupClassHost_DrainsAsWell()
    {
        await using var app = await AppProcess.StartReadyAsync("startup-class", new AppSettings());
        var request = app.Http.GetStringAsync(new Uri("/slow?ms=1500", UriKind.Relative), TestContext.Current.CancellationToken);
        await app.EventAsync("request-begun");

        app.Signal(Signals.Term);

        Assert.Equal("done", await request);
        TimeAssert.AtLeast(1, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder(WholeOrder);
        Assert.Equal(1, app.Report.Count("requestsAtStart"));
    }
}
