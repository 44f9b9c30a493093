using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Graceful.Tests;

public sealed class LivenessTests : IDisposable
{
    private readonly ProbeKit _kit = new();

    [Fact]
    public async Task Liveness_FromTheStartOn_Passes()
    {
        await _kit.StartAsync();
        Assert.Null(_kit.Reason(ProbeKind.Liveness));
    }

    [Fact]
    public async Task Liveness_ItsCheckHasNotRunYet_Passes()
    {
        // A restart would not make it run sooner.
        _kit.Add("loop", _ => new TaskCompletionSource<HealthCheckResult>().Task, ProbeTags.Liveness);
        await _kit.StartAsync();

        Assert.Null(_kit.Reason(ProbeKind.Liveness));
    }

    [Fact]
    public async Task Liveness_ACheckForReadinessFails_Passes()
    {
        _kit.Add("db", HealthStatus.Unhealthy);
        await _kit.ReadyAsync();

        Assert.NotNull(_kit.Reason(ProbeKind.Readiness));
        Assert.Null(_kit.Reason(ProbeKind.Liveness));
    }

    [Theory]
    [InlineData(InstancePhase.LameDuck)]
    [InlineData(InstancePhase.Draining)]
    [InlineData(InstancePhase.Flushing)]
    [InlineData(InstancePhase.Stopped)]
    public async Task Liveness_OnceTheDrainHasBegun_NeverFails(InstancePhase phase)
    {
        _kit.Add("loop", HealthStatus.Unhealthy, ProbeTags.Liveness);
        await _kit.ReadyAsync();
        using var watchdog = _kit.Watchdogs.Register("queue", TimeSpan.FromSeconds(1));
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(2));
        Assert.NotNull(_kit.Reason(ProbeKind.Liveness));

        _kit.Lifecycle.Advance(phase);

        Assert.Null(_kit.Reason(ProbeKind.Liveness));
    }

    [Fact]
    public async Task Watchdog_IsBeaten_Passes()
    {
        await _kit.ReadyAsync();
        using var watchdog = _kit.Watchdogs.Register("queue", TimeSpan.FromSeconds(2));
        for (var i = 0; i < 5; i++)
        {
            await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1.5));
            watchdog.Beat();
        }

        Assert.Null(_kit.Reason(ProbeKind.Liveness));
        Assert.Equal("Healthy", _kit.Detail("queue", ProbeKind.Liveness).Status);
    }

    [Fact]
    public async Task Watchdog_IsNotBeaten_FailsUntilItIs()
    {
        await _kit.ReadyAsync();
        using var watchdog = _kit.Watchdogs.Register("queue", TimeSpan.FromSeconds(2));
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(2));
        Assert.Null(_kit.Reason(ProbeKind.Liveness));

        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal("'queue' has not been seen for 3 s", _kit.Reason(ProbeKind.Liveness));
        Assert.Equal("Unhealthy", _kit.Detail("queue", ProbeKind.Liveness).Status);

        watchdog.Beat();
        Assert.Null(_kit.Reason(ProbeKind.Liveness));
    }

    [Fact]
    public async Task Watchdog_Disposed_IsForgotten()
    {
        await _kit.ReadyAsync();
        var watchdog = _kit.Watchdogs.Register("queue", TimeSpan.FromSeconds(2));

        watchdog.Dispose();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Null(_kit.Reason(ProbeKind.Liveness));
        Assert.Equal(["thread pool"], _kit.Probes.GetDetail(ProbeKind.Liveness).Checks.Select(c => c.Name));
    }

    [Fact]
    public async Task ThreadPool_ItsTimerIsServed_Passes()
    {
        await _kit.ReadyAsync();

        await _kit.Clock.AdvanceAsync(TimeSpan.FromMinutes(5));

        Assert.Null(_kit.Reason(ProbeKind.Liveness));
    }

    [Fact]
    public async Task ThreadPool_ItsTimerIsNotServed_FailsAfterTheLagAllowed()
    {
        await _kit.ReadyAsync();
        _kit.Watchdogs.Dispose(); // No timer any more: as when the pool had no thread for it.

        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(15));
        Assert.Null(_kit.Reason(ProbeKind.Liveness));
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Equal("'thread pool' has not been seen for 16 s", _kit.Reason(ProbeKind.Liveness));
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(" ", 1)]
    [InlineData("queue", 0)]
    [InlineData("queue", -1)]
    public async Task Register_WithoutANameOrATimeLimit_Throws(string? name, int seconds)
    {
        await _kit.ReadyAsync();
        Assert.ThrowsAny<ArgumentException>(() => _kit.Watchdogs.Register(name!, TimeSpan.FromSeconds(seconds)));
    }

    public void Dispose() => _kit.Dispose();
}
