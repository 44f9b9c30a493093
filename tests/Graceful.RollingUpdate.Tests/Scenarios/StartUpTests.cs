using System.Net;
using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Scenarios;

public sealed class StartUpTests
{
    private static readonly AppSettings LongLameDuck = new() { PropagationDelay = AppSettings.Endless };

    [Fact]
    public async Task Sigterm_HostedServiceWaitsInItsStart_IsCancelledAndExits0()
    {
        await using var app = await AppProcess.StartReadyAsync("start-waits", LongLameDuck, ready: "start-begun");

        app.Signal(Signals.Term);

        TimeAssert.AtMost(1, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder("phase Stopped", "stopping", "start-cancelled", "stopped", "exit");
        app.Output.AssertNever("started");
        app.Output.AssertNever("phase Ready");
    }

    /// <summary>What it is without the library: an ordinary replacement during start-up looks like a crash.</summary>
    [Fact]
    public async Task Sigterm_HostedServiceWaitsInItsStart_PlainHostCrashes()
    {
        await using var app = await AppProcess.StartReadyAsync("start-waits", LongLameDuck.With("Graceful__Enabled", "false"), ready: "start-begun");

        app.Signal(Signals.Term);

        var (code, _) = await app.ExitsAsync();
        Assert.NotEqual(0, code);
        Assert.Contains("Unhandled exception", app.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sigterm_HostedServiceIgnoresTheTokenOfItsStart_ExitsWhenItIsDone()
    {
        await using var app = await AppProcess.StartReadyAsync("start-deaf", LongLameDuck, ready: "start-begun");

        app.Signal(Signals.Term);

        TimeAssert.AtMost(1 + 1, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder("stopping", "start-ended", "service-stopped", "stopped", "exit");
        app.Output.AssertNever("started");
    }

    [Fact]
    public async Task Start_CancelsItselfThoughNobodyAskedToLeave_IsStillAFailure()
    {
        await using var app = AppProcess.Start("start-fails", new AppSettings());

        var (code, _) = await app.ExitsAsync();

        Assert.NotEqual(0, code);
        Assert.Contains("the database gave up", app.Errors.Text, StringComparison.Ordinal);
    }

    /// <summary>They cost every start time, those of the applications without them as well.</summary>
    [Fact]
    public async Task Start_WithoutHealthChecks_DoesNotLoadTheFrameworksPartForThem()
    {
        await using var app = await AppProcess.StartReadyAsync("web", new AppSettings { Probes = true });
        Assert.Equal(HttpStatusCode.OK, await app.ProbeAsync("/readyz"));

        var files = app.MappedFiles();
        Assert.Contains("Graceful.dll", files);
        Assert.DoesNotContain("Microsoft.Extensions.Diagnostics.HealthChecks.dll", files);
    }

    /// <summary>Only AddCircuits needs it.</summary>
    [Fact]
    public async Task Start_WithoutCircuits_DoesNotLoadBlazor()
    {
        await using var app = await AppProcess.StartReadyAsync("web", new AppSettings { Probes = true });
        Assert.Equal(HttpStatusCode.OK, await app.ProbeAsync("/readyz"));

        Assert.DoesNotContain(app.MappedFiles(), f => f.StartsWith("Microsoft.AspNetCore.Components", StringComparison.Ordinal) || f == "Microsoft.JSInterop.dll");
    }

    [Fact]
    public async Task Sigterm_InWarmUp_EndsItWithoutLameDuck()
    {
        await using var app = await AppProcess.StartReadyAsync("warm-up", LongLameDuck, ready: "warm-up-begun");
        await app.EventAsync("started");

        app.Signal(Signals.Term);

        // Nobody was ever told to route to it, so nobody has to notice that it leaves; one task does not even listen.
        TimeAssert.AtMost(1, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder("phase WarmingUp", "phase LameDuck", "phase Draining", "phase Stopped", "stopping", "stopped", "exit");
        Assert.True(app.Output.Has("warm-up-cancelled"));
        app.Output.AssertNever("phase Ready");
    }
}
