using System.Net;
using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Scenarios;

public sealed class ProbeTests
{
    /// <summary>A lame duck that lasts until the second signal.</summary>
    private static AppSettings Settings => new() { Probes = true, PropagationDelay = AppSettings.Endless };

    [Fact]
    public async Task Probes_ThroughoutTheDrain_AnswerUntilTheVeryEnd()
    {
        await using var app = await AppProcess.StartReadyAsync("slow-stop", Settings);
        Assert.Equal(HttpStatusCode.OK, await app.ProbeAsync("/startupz"));
        Assert.Equal(HttpStatusCode.OK, await app.ProbeAsync("/livez"));
        await Poll.UntilAsync(async () => await app.ProbeAsync("/readyz") == HttpStatusCode.OK, () => "It does not become ready.");

        app.Signal(Signals.Term);
        await app.EventAsync("phase LameDuck");
        await AssertLeavingAsync(app);
        await app.SignalAgainAsync(Signals.Term);

        // The web server is gone, a hosted service is still stopping: to be alive is now more important than ever.
        await app.EventAsync("slow-stop-begun");
        await AssertLeavingAsync(app);
        app.Output.AssertNever("slow-stop-ended");
        await Assert.ThrowsAsync<HttpRequestException>(() => app.Http.GetAsync(new Uri("/hello", UriKind.Relative), TestContext.Current.CancellationToken));

        await app.ExitsCleanlyAsync();
        Assert.Null(await app.ProbeAsync("/livez"));
    }

    [Fact]
    public async Task Probes_InWarmUp_StartedButNotReady()
    {
        await using var app = await AppProcess.StartReadyAsync("warm-up", new AppSettings { Probes = true }, ready: "started");

        Assert.Equal(HttpStatusCode.OK, await app.ProbeAsync("/startupz"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await app.ProbeAsync("/readyz"));
        Assert.Equal(HttpStatusCode.OK, await app.ProbeAsync("/livez"));
    }

    [Fact]
    public async Task Probes_HostedServiceStillStarting_AnswerThatItHasNotStarted()
    {
        await using var app = await AppProcess.StartReadyAsync("start-waits", new AppSettings { Probes = true }, ready: "start-begun");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await app.ProbeAsync("/startupz"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await app.ProbeAsync("/readyz"));
        Assert.Equal(HttpStatusCode.OK, await app.ProbeAsync("/livez"));
    }

    [Fact]
    public async Task KeepServing_InTheLameDuck_StaysReadyUntilItsEnd()
    {
        await using var app = await AppProcess.StartReadyAsync("slow-stop", Settings.With("Graceful__Drain__Readiness", "KeepServing"));

        app.Signal(Signals.Term);
        await app.EventAsync("phase LameDuck");
        Assert.Equal(HttpStatusCode.OK, await app.ProbeAsync("/readyz"));
        await app.SignalAgainAsync(Signals.Term);
        await app.EventAsync("slow-stop-begun");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await app.ProbeAsync("/readyz"));
        await app.ExitsCleanlyAsync();
    }

    private static async Task AssertLeavingAsync(AppProcess app)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await app.ProbeAsync("/readyz"));
        Assert.Equal(HttpStatusCode.OK, await app.ProbeAsync("/livez"));
        Assert.Equal(HttpStatusCode.OK, await app.ProbeAsync("/startupz"));
    }
}
