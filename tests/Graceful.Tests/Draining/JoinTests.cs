namespace Graceful.Tests;

/// <summary>Several callers, one drain: by API, by <c>StopApplication()</c>, by a direct stop of the host, or by nobody.</summary>
public sealed class JoinTests : IDisposable
{
    private readonly DrainKit _kit = new();
    private readonly FakeParticipant _flush;

    public JoinTests()
    {
        _flush = _kit.AddParticipant("flush");
        _kit.Options.PropagationDelay = TimeSpan.Zero;
    }

    [Fact]
    public async Task DrainAsync_NothingLeft_AnswersAndDoesNotEndTheProcess()
    {
        await _kit.ReadyForAsync();

        var report = await _kit.Clock.UntilAsync(_kit.Coordinator.DrainAsync("preStop"));
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.Equal("preStop", report.Reason);
        Assert.True(report.IsClean);
        Assert.Equal(InstancePhase.Draining, _kit.Lifecycle.Phase);
        Assert.Equal((0, 0), (_flush.Runs, _kit.Stops));
        Assert.Null(_kit.Coordinator.Report);
    }

    [Fact]
    public async Task DrainAsync_WhileARequestRuns_AnswersWhenItHasEnded()
    {
        await _kit.ReadyForAsync();
        var request = _kit.Traffic.BeginRequest();
        var drain = _kit.Coordinator.DrainAsync("preStop");
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(8));
        Assert.False(drain.IsCompleted);

        request.End();
        var report = await _kit.Clock.UntilAsync(drain);

        Assert.Equal(TimeSpan.FromSeconds(8) + TestClock.Step, report.Draining);
    }

    [Fact]
    public async Task DrainAsync_Twice_JoinsTheFirst()
    {
        await _kit.ReadyForAsync();
        var first = _kit.Coordinator.DrainAsync("first");
        var second = _kit.Coordinator.DrainAsync("second");

        await _kit.Clock.UntilAsync(Task.WhenAll(first, second));

        Assert.Same(await first, await second);
        Assert.Equal("first", (await second).Reason);
        Assert.Equal(1, _kit.Journal.Count("BeginDrain"));
    }

    [Fact]
    public async Task DrainAsync_ItsCallerGoesAway_GoesOn()
    {
        await _kit.ReadyForAsync();
        var request = _kit.Traffic.BeginRequest();
        using var caller = new CancellationTokenSource();
        var drain = _kit.Coordinator.DrainAsync("preStop", caller.Token);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => drain);
        request.End();
        Assert.True((await _kit.Clock.UntilAsync(_kit.Coordinator.DrainAsync("again"))).IsClean);
        Assert.Equal(1, _kit.Journal.Count("BeginDrain"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(null)]
    public void DrainAsync_WithoutAReason_ThrowsAndDrainsNothing(string? reason)
    {
        Assert.ThrowsAny<ArgumentException>(() => { _ = _kit.Coordinator.DrainAsync(reason!); });
        Assert.Null(_kit.Coordinator.Deadline);
    }

    [Fact]
    public async Task Leave_AfterADrainByApi_GoesOnToTheFlush()
    {
        await _kit.ReadyForAsync();
        await _kit.Clock.UntilAsync(_kit.Coordinator.DrainAsync("preStop"));
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(2));

        _kit.Signal();
        await _kit.Clock.SettleAsync();

        Assert.Equal(TimeSpan.FromSeconds(2), _kit.Journal.At("flush"));
        Assert.Equal(TimeSpan.FromSeconds(2), _kit.Journal.At("stop"));
        Assert.Equal("preStop", _kit.Report.Reason);
        Assert.Equal(1, _kit.Journal.Count("BeginDrain"));
    }

    [Fact]
    public async Task Leave_LongAfterADrainByApi_TheWaitInBetweenIsNotDraining()
    {
        await _kit.ReadyForAsync();
        var request = _kit.Traffic.BeginRequest();
        var drain = _kit.Coordinator.DrainAsync("preStop");
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(2) - TestClock.Step);
        request.End();
        await _kit.Clock.UntilAsync(drain);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));

        _kit.Leave();
        await _kit.UntilStoppedAsync();

        Assert.Equal(TimeSpan.FromSeconds(2), _kit.Report.Draining);
        Assert.Equal(TimeSpan.FromSeconds(12), _kit.Report.Total);
    }

    [Fact]
    public async Task Leave_ARequestCameAfterADrainByApi_IsWaitedFor()
    {
        await _kit.ReadyForAsync();
        await _kit.Clock.UntilAsync(_kit.Coordinator.DrainAsync("preStop"));
        var late = _kit.Traffic.BeginRequest();

        _kit.Leave();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(4));
        Assert.Equal(0, _flush.Runs);

        late.End();
        await _kit.UntilStoppedAsync();
        Assert.True(_kit.Report.IsClean);
        Assert.Equal(1, _kit.Report.LateArrivals);
    }

    [Fact]
    public async Task Leave_ARequestAfterADrainByApiDoesNotEnd_IsCutAtTheDeadlineAndReported()
    {
        await _kit.ReadyForAsync();
        await _kit.Clock.UntilAsync(_kit.Coordinator.DrainAsync("preStop"));
        var late = _kit.Traffic.BeginRequest("GET /late");

        _kit.Leave();
        await _kit.UntilStoppedAsync();

        Assert.True(late.IsAborted);
        Assert.Equal(TimeSpan.FromSeconds(21), _kit.Journal.At("AbortAll"));
        Assert.Equal(1, _kit.Report.RequestsAborted);
        Assert.Equal(DrainOutcome.Aborted, Assert.Single(_kit.Report.Held, h => h.Name == "GET /late").Outcome);
        Assert.Equal(1, _flush.Runs);
    }

    [Fact]
    public async Task SelfStop_NobodyComesAfterADrainByApi_TheInstanceEndsItselfWithTimeToFlush()
    {
        await _kit.ReadyForAsync();
        await _kit.Clock.UntilAsync(_kit.Coordinator.DrainAsync("preStop"));

        await _kit.UntilStoppedAsync();

        Assert.Equal(TimeSpan.FromSeconds(21), _kit.Journal.At("self-stop"));
        Assert.True(_flush.HadLiveToken);
        Assert.Equal(1, _kit.Log.Count("DrainSelfStop"));
    }

    [Fact]
    public async Task SelfStop_TwoDrainsByApi_HappensOnce()
    {
        await _kit.ReadyForAsync();
        _ = _kit.Coordinator.DrainAsync("first");
        _ = _kit.Coordinator.DrainAsync("second");

        await _kit.UntilStoppedAsync();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.Equal((1, 1), (_kit.Journal.Count("self-stop"), _kit.Stops));
        Assert.Equal(1, _kit.Log.Count("DrainSelfStop"));
    }

    [Fact]
    public async Task SelfStop_SomebodyCame_DoesNotHappen()
    {
        await _kit.ReadyForAsync();
        await _kit.Clock.UntilAsync(_kit.Coordinator.DrainAsync("preStop"));
        _kit.Leave();

        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(60));

        Assert.Equal((0, 1), (_kit.Journal.Count("self-stop"), _kit.Stops));
    }

    [Fact]
    public async Task Leave_Twice_StopsOnce()
    {
        await _kit.ReadyForAsync();
        _kit.Leave("first");
        _kit.Leave("second");

        await _kit.UntilStoppedAsync();
        _kit.Leave("third");
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(60));

        Assert.Equal((1, 1), (_kit.Stops, _flush.Runs));
        Assert.Equal("first", _kit.Report.Reason);
    }

    [Fact]
    public async Task Leave_TwiceWithDifferentStops_TheFirstCounts()
    {
        await _kit.ReadyForAsync();
        _kit.Leave("first");
        _kit.Coordinator.Leave("second", () => _kit.Journal.Add("other stop"));

        await _kit.UntilStoppedAsync();

        Assert.Equal((1, 0), (_kit.Stops, _kit.Journal.Count("other stop")));
    }

    [Fact]
    public async Task Leave_TheStopAsksBack_IsNotBlocked()
    {
        // ApplicationStopping callbacks run inside: one of them may wait for another thread that uses the coordinator.
        await _kit.ReadyForAsync();
        var answered = false;
        _kit.Coordinator.Leave("test", () =>
        {
            var asked = new Thread(() => _kit.Coordinator.SignalReceived("SIGTERM", skipLameDuck: false));
            asked.Start();
            answered = asked.Join(TimeSpan.FromSeconds(20));
            _kit.Journal.Add("stop");
        });

        await _kit.UntilStoppedAsync();

        Assert.True(answered);
    }

    [Fact]
    public async Task LeaveAsync_AHostThatIsStoppedDirectly_DrainsAndFlushesAndCallsNoStop()
    {
        await _kit.ReadyForAsync();
        var request = _kit.Traffic.BeginRequest();
        var leave = _kit.Coordinator.LeaveAsync("host.StopAsync");
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(3));
        Assert.False(leave.IsCompleted);

        request.End();
        await _kit.Clock.UntilAsync(leave);

        Assert.Equal((1, 0), (_flush.Runs, _kit.Stops));
        Assert.Equal("host.StopAsync", _kit.Report.Reason);
        Assert.Equal(InstancePhase.Stopped, _kit.Lifecycle.Phase);
    }

    [Fact]
    public async Task LeaveAsync_StopApplicationCameMeanwhile_StopsOnceAtTheEnd()
    {
        await _kit.ReadyForAsync();
        var request = _kit.Traffic.BeginRequest();
        var leave = _kit.Coordinator.LeaveAsync("host.StopAsync");
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));

        _kit.Leave();
        Assert.Equal(0, _kit.Stops);
        request.End();
        await _kit.Clock.UntilAsync(leave);

        Assert.Equal((1, 1), (_flush.Runs, _kit.Stops));
    }

    [Fact]
    public async Task DrainAsync_AfterTheEnd_GivesTheSameReport()
    {
        await _kit.ReadyForAsync();
        _kit.Leave();
        await _kit.UntilStoppedAsync();

        var report = await _kit.Clock.UntilAsync(_kit.Coordinator.DrainAsync("late"));
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(60));

        Assert.Equal("StopApplication", report.Reason);
        Assert.Equal((1, 1), (_flush.Runs, _kit.Stops));
    }

    public void Dispose() => _kit.Dispose();
}
