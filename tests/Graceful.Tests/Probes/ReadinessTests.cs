using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Graceful.Tests;

/// <summary>Readiness over the life of an instance, and what the policies make of the lame duck.</summary>
public sealed class ReadinessTests : IDisposable
{
    private readonly ProbeKit _kit = new();

    [Fact]
    public async Task Readiness_BeforeWarmUpHasEnded_SaysWhy()
    {
        await _kit.StartAsync();
        Assert.Equal("phase is Starting", _kit.Reason());

        _kit.Lifecycle.Advance(InstancePhase.WarmingUp);
        _kit.Lifecycle.SetWarmUpFault("warm-up task 'cache' failed (attempt 1)");
        Assert.Equal("warm-up task 'cache' failed (attempt 1)", _kit.Reason());

        _kit.Lifecycle.Advance(InstancePhase.Ready);
        Assert.Null(_kit.Reason());
    }

    [Fact]
    public async Task Readiness_InMaintenance_IsTakenAwayAndGivenBack()
    {
        await _kit.ReadyAsync();

        var maintenance = _kit.Lifecycle.BeginMaintenance("reindexing");
        Assert.Equal("maintenance: reindexing", _kit.Reason());

        maintenance.Dispose();
        Assert.Null(_kit.Reason());
    }

    [Fact]
    public async Task Readiness_FailNow_FailsWithTheLameDuck()
    {
        await _kit.ReadyAsync();

        _kit.Lifecycle.Advance(InstancePhase.LameDuck);

        Assert.Equal("phase is LameDuck", _kit.Reason());
    }

    [Fact]
    public async Task Readiness_KeepServing_FailsWhenTheLameDuckHasEnded()
    {
        _kit.Drain.Readiness = DrainReadiness.KeepServing;
        await _kit.ReadyAsync();

        _kit.Lifecycle.Advance(InstancePhase.LameDuck);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(30));
        Assert.Null(_kit.Reason());

        _kit.Lifecycle.Advance(InstancePhase.Draining);
        Assert.Equal("phase is Draining", _kit.Reason());
    }

    [Fact]
    public async Task Readiness_FailAfter_FailsAfterThatTime()
    {
        _kit.Drain.Readiness = DrainReadiness.FailAfter;
        _kit.Drain.ReadinessFailAfter = TimeSpan.FromSeconds(2);
        await _kit.ReadyAsync();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));

        _kit.Lifecycle.Advance(InstancePhase.LameDuck);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1.975));
        Assert.Null(_kit.Reason());

        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(0.025));
        Assert.Equal("phase is LameDuck", _kit.Reason());
    }

    [Fact]
    public async Task Readiness_FailAfter_FailsWhenTheLameDuckEndsSooner()
    {
        _kit.Drain.Readiness = DrainReadiness.FailAfter;
        _kit.Drain.ReadinessFailAfter = TimeSpan.FromSeconds(4);
        await _kit.ReadyAsync();

        _kit.Lifecycle.Advance(InstancePhase.LameDuck);
        _kit.Lifecycle.Advance(InstancePhase.Draining);

        Assert.NotNull(_kit.Reason());
    }

    [Theory]
    [InlineData(DrainReadiness.KeepServing)]
    [InlineData(DrainReadiness.FailAfter)]
    public async Task Readiness_KeptInTheLameDuck_StillHeedsChecksAndMaintenance(DrainReadiness policy)
    {
        _kit.Drain.Readiness = policy;
        _kit.Drain.ReadinessFailAfter = TimeSpan.FromSeconds(5);
        var status = HealthStatus.Healthy;
        _kit.Add("db", _ => Task.FromResult(new HealthCheckResult(status)));
        await _kit.ReadyAsync();
        _kit.Lifecycle.Advance(InstancePhase.LameDuck);

        using (_kit.Lifecycle.BeginMaintenance("reindexing"))
        {
            Assert.Equal("maintenance: reindexing", _kit.Reason());
        }

        Assert.Null(_kit.Reason());
        _kit.Drain.ReadinessFailAfter = TimeSpan.FromSeconds(60);
        status = HealthStatus.Unhealthy;
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Equal("check 'db' is unhealthy", _kit.Reason());
    }

    [Theory]
    [InlineData(DrainReadiness.KeepServing)]
    [InlineData(DrainReadiness.FailAfter)]
    public async Task Readiness_AskedToLeaveBeforeItWasEverReady_DoesNotBegin(DrainReadiness policy)
    {
        _kit.Drain.Readiness = policy;
        _kit.Drain.ReadinessFailAfter = TimeSpan.FromSeconds(5);
        await _kit.StartAsync();
        _kit.Lifecycle.Advance(InstancePhase.WarmingUp);

        _kit.Lifecycle.Advance(InstancePhase.LameDuck);

        Assert.Equal("phase is LameDuck", _kit.Reason());
    }

    [Fact]
    public async Task Startup_IsAboutTheHostOnly()
    {
        _kit.Add("db", HealthStatus.Unhealthy);
        await _kit.StartAsync();
        Assert.Equal("the host has not started yet", _kit.Reason(ProbeKind.Startup));

        _kit.HostStarted();

        // Not about warm-up, nor about the checks of other probes.
        Assert.Null(_kit.Reason(ProbeKind.Startup));
        Assert.NotNull(_kit.Reason());
    }

    [Fact]
    public async Task Startup_ACheckOfItsOwn_MustPass()
    {
        var status = HealthStatus.Unhealthy;
        _kit.Add("migrations", _ => Task.FromResult(new HealthCheckResult(status)), ProbeTags.Startup);
        await _kit.ReadyAsync();
        Assert.Equal("check 'migrations' is unhealthy", _kit.Reason(ProbeKind.Startup));

        status = HealthStatus.Healthy;
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Null(_kit.Reason(ProbeKind.Startup));
    }

    [Fact]
    public async Task Check_AnUnknownProbe_Throws()
    {
        await _kit.ReadyAsync();
        Assert.Throws<ArgumentOutOfRangeException>(() => _kit.Probes.Check((ProbeKind)17));
    }

    [Fact]
    public async Task Check_WhileHealthy_AllocatesNothing()
    {
        _kit.Add("db", HealthStatus.Healthy);
        await _kit.ReadyAsync();
        for (var i = 0; i < 200; i++)
        {
            _kit.Probes.Check(ProbeKind.Readiness);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _kit.Probes.Check(ProbeKind.Readiness);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    public void Dispose() => _kit.Dispose();
}
