using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Graceful.Tests;

public sealed class CheckRefresherTests : IDisposable
{
    private readonly ProbeKit _kit = new();

    [Fact]
    public async Task Refresh_AHealthyCheck_RunsInEachInterval()
    {
        var check = _kit.Add("db", HealthStatus.Healthy);
        await _kit.ReadyAsync();
        Assert.Equal(1, check.Runs);

        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(5, check.Runs);
    }

    [Fact]
    public async Task Refresh_AFailingCheck_RunsSoonerToComeBackSoon()
    {
        var status = HealthStatus.Unhealthy;
        var check = _kit.Add("db", _ => Task.FromResult(new HealthCheckResult(status)));
        await _kit.ReadyAsync();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(3));
        Assert.Equal(4, check.Runs);

        status = HealthStatus.Healthy;
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Null(_kit.Reason());
    }

    [Fact]
    public async Task Refresh_ManyProbes_RunNoCheck()
    {
        var check = _kit.Add("db", HealthStatus.Healthy);
        await _kit.ReadyAsync();

        for (var i = 0; i < 1000; i++)
        {
            _kit.Probes.Check(ProbeKind.Readiness);
            _kit.Probes.GetDetail(ProbeKind.Readiness);
        }

        Assert.Equal(1, check.Runs);
    }

    [Fact]
    public async Task Refresh_ACheckTakesLongerThanTheTimeout_HasFailedAndSaysSo()
    {
        _kit.Add("slow", async token =>
        {
            await Task.Delay(TimeSpan.FromMinutes(1), _kit.Clock, token);
            return HealthCheckResult.Healthy();
        });
        await _kit.ReadyAsync();

        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(3));

        Assert.Equal("check 'slow' is unhealthy", _kit.Reason());
        Assert.Equal("took longer than its limit", _kit.Detail("slow").Description);
        Assert.Equal(1, _kit.Log.Count("CheckTimedOut"));
    }

    [Fact]
    public async Task Refresh_ARegistrationHasAShorterTimeout_IsHeldToIt()
    {
        _kit.Add("slow", new FakeHealthCheck(Hang), timeout: TimeSpan.FromSeconds(1));
        await _kit.ReadyAsync();

        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Equal("check 'slow' is unhealthy", _kit.Reason());
    }

    [Fact]
    public async Task Refresh_ARegistrationHasALongerTimeout_IsHeldToTheCommonOne()
    {
        _kit.Add("slow", new FakeHealthCheck(Hang), timeout: TimeSpan.FromMinutes(1));
        await _kit.ReadyAsync();

        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(3));

        Assert.Equal("check 'slow' is unhealthy", _kit.Reason());
    }

    [Fact]
    public async Task Refresh_ACheckThatHonoursItsToken_IsTriedAgainAfterItsTimeout()
    {
        var check = _kit.Add("slow", Hang);
        await _kit.ReadyAsync();

        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.True(check.Runs is 2 or 3, $"{check.Runs} runs");
        Assert.Equal(0, _kit.Log.Count("CheckFailed"));
    }

    [Fact]
    public async Task Refresh_ACheckThatIgnoresItsToken_RunsOnceAndKeepsItsFault()
    {
        var answer = new TaskCompletionSource<HealthCheckResult>();
        var check = _kit.Add("deaf", _ => answer.Task);
        await _kit.ReadyAsync();
        for (var i = 0; i < 60; i++)
        {
            await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
            Assert.NotNull(_kit.Reason());
        }

        Assert.Equal(1, check.Runs);

        answer.SetResult(HealthCheckResult.Healthy());
        await _kit.Clock.UntilAsync(() => _kit.Reason() is null);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.True(check.Runs > 1);
    }

    [Fact]
    public async Task Refresh_OneCheckHangs_TheOthersGoOn()
    {
        _kit.Add("deaf", _ => new TaskCompletionSource<HealthCheckResult>().Task);
        var other = _kit.Add("other", HealthStatus.Healthy);
        await _kit.ReadyAsync();

        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(5, other.Runs);
    }

    [Fact]
    public async Task Refresh_OneCheckBlocksItsThread_TheOthersGoOn()
    {
        // The clock of the other tests waits for threads that are busy.
        using var over = new ManualResetEventSlim();
        var otherRan = new TaskCompletionSource();
        var registrations = new ServiceCollection();
        registrations.AddLogging().AddHealthChecks()
            .AddCheck("blocks", () =>
            {
                over.Wait();
                return HealthCheckResult.Healthy();
            })
            .AddCheck("other", () =>
            {
                otherRan.TrySetResult();
                return HealthCheckResult.Healthy();
            });
        await using var services = registrations.BuildServiceProvider();
        using var refresher = new CheckRefresher(new HealthChecks(registrations, services), _kit.Options, TimeProvider.System, _kit.Log.Create<CheckRefresher>());
        await refresher.StartAsync(CancellationToken.None);
        try
        {
            await otherRan.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
        finally
        {
            over.Set();
        }
    }

    [Fact]
    public async Task Result_TooOld_IsNotBelieved()
    {
        // Nothing refreshes it any more, as when the background loop were stuck.
        var state = State(out var clock);
        state.Report(new HealthReportEntry(HealthStatus.Healthy, null, TimeSpan.Zero, null, null));

        await clock.AdvanceAsync(TimeSpan.FromSeconds(15));
        Assert.Null(state.Fault);
        await clock.AdvanceAsync(TimeSpan.FromSeconds(0.025));

        Assert.Equal("check 'db' is stale", state.Fault);
        Assert.Equal("Stale", state.ToDetail().Status);
        Assert.False(state.IsHealthyNow);
    }

    [Fact]
    public async Task Result_OfASharedDependencyTooOld_DoesNotTakeReadinessAway()
    {
        var state = State(out var clock, DependencyClass.Shared);
        state.Report(new HealthReportEntry(HealthStatus.Healthy, null, TimeSpan.Zero, null, null));

        await clock.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Null(state.Fault);
        Assert.Equal("Stale", state.ToDetail().Status);
    }

    [Fact]
    public async Task Stop_WhileAChecksRuns_EndsTheLoops()
    {
        _kit.Add("deaf", _ => new TaskCompletionSource<HealthCheckResult>().Task);
        var other = _kit.Add("other", HealthStatus.Healthy);
        await _kit.ReadyAsync();

        _kit.Dispose();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(1, other.Runs);
    }

    [Fact]
    public async Task Refresh_ForALongTime_LeavesNothingBehindOnTheStoppingToken()
    {
        // Each run links a source to the host's stopping token; one that is not disposed stays registered there for the life of the process.
        _kit.Options.RefreshInterval = TimeSpan.FromMilliseconds(50);
        var check = _kit.Add("db", HealthStatus.Healthy);
        await _kit.ReadyAsync();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(5));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var runs = check.Runs;

        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(100));

        var perRun = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)(check.Runs - runs);
        Assert.True(check.Runs - runs > 1500);
        Assert.True(perRun < 50, $"{perRun:0} bytes stay behind from each run.");
    }

    public void Dispose() => _kit.Dispose();

    private static CheckState State(out TestClock clock, DependencyClass of = DependencyClass.Local)
    {
        clock = new TestClock();
        var options = new ProbeOptions { Checks = { ["db"] = new ProbeCheckOptions { Class = of } } };
        return new CheckState(new HealthCheckRegistration("db", new FakeHealthCheck(), null, null), options, clock);
    }

    private async Task<HealthCheckResult> Hang(CancellationToken token)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, _kit.Clock, token);
        return HealthCheckResult.Healthy();
    }
}
