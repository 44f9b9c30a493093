using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Scenarios;

public sealed class HostStopTests
{
    [Fact]
    public async Task HostStopAsync_CalledDirectly_DrainsBeforeTheServicesStop()
    {
        // Longer than any shutdown timeout the host has by itself would allow, were it not for ours.
        await using var app = await AppProcess.StartReadyAsync("host-stop", new AppSettings());
        var request = app.Http.GetStringAsync(new Uri("/slow?ms=2500", UriKind.Relative), TestContext.Current.CancellationToken);
        await app.EventAsync("request-begun");

        app.MarkAsked();
        using var answer = await app.Http.PostAsync(new Uri("/stop", UriKind.Relative), null, TestContext.Current.CancellationToken);

        Assert.Equal("done", await request);
        TimeAssert.AtLeast(1, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder(
            "phase LameDuck", "phase Draining", "request-ended", "phase Flushing", "phase Stopped", "flush-begun token=live", "flush-ended", "stop-returned", "exit");
        Assert.Equal("host.StopAsync", app.Report.Reason);
        Assert.True(app.Report.IsClean);
        TimeAssert.AtLeast(1, app.Report.LameDuck);
    }

    [Fact]
    public async Task HostStopAsync_RequestUsesUpTheDrain_KeepsTheReserveForTheServices()
    {
        var settings = new AppSettings { Budget = TimeSpan.FromSeconds(10), FlushReserve = TimeSpan.FromSeconds(8) }
            .With("ShutdownTimeout", "00:00:01"); // the budget counts, not this
        await using var app = await AppProcess.StartReadyAsync("host-stop", settings);
        var request = app.Http.GetStringAsync(new Uri("/endless", UriKind.Relative), TestContext.Current.CancellationToken);
        await app.EventAsync("request-begun");

        app.MarkAsked();
        using var answer = await app.Http.PostAsync(new Uri("/stop", UriKind.Relative), null, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<HttpRequestException>(() => request);
        TimeAssert.AtLeast(2, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder("phase Flushing", "flush-begun token=live", "flush-ended", "stop-returned", "exit");
        Assert.Equal(1, app.Report.Count("requestsAborted"));
    }
}
