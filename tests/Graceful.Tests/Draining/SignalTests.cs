namespace Graceful.Tests;

/// <summary>What the second and the third signal do. That signals arrive at all is for tests with real processes.</summary>
public sealed class SignalTests : IDisposable
{
    /// <summary>Signals closer together than this count as one.</summary>
    private static readonly TimeSpan OneMoment = TimeSpan.FromMilliseconds(250);
    private readonly DrainKit _kit = new();

    [Fact]
    public async Task FirstSignal_OnlyNamesTheReason()
    {
        await ReadyWithARequestAsync();

        _kit.Signal("SIGTERM");
        await _kit.UntilStoppedAsync();

        Assert.Equal("SIGTERM", _kit.Report.Reason);
        Assert.True(_kit.Report.LameDuck > TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task SecondSignal_BeforeAnybodyAskedToLeave_TheFirstNamesTheReason()
    {
        await ReadyWithARequestAsync();
        _kit.Coordinator.SignalReceived("SIGTERM", skipLameDuck: false);
        await _kit.Clock.AdvanceAsync(OneMoment);
        _kit.Coordinator.SignalReceived("SIGINT", skipLameDuck: false);

        _kit.Leave();
        await _kit.UntilStoppedAsync();

        Assert.Equal("SIGTERM", _kit.Report.Reason);
    }

    [Fact]
    public async Task SecondSignal_InTheLameDuck_EndsItAndCutsNothing()
    {
        var request = await ReadyWithARequestAsync();
        _kit.Signal();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));

        _kit.Signal();
        await _kit.Clock.SettleAsync();

        Assert.Equal(TimeSpan.FromSeconds(1), _kit.Journal.At("BeginDrain"));
        Assert.Equal(1, _kit.Log.Count("DrainHurried"));
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.False(request.IsAborted);
        request.End();
        await _kit.UntilStoppedAsync();
        Assert.True(_kit.Report.IsClean);
        Assert.False(_kit.Report.EarlyExit);
    }

    [Fact]
    public async Task SecondSignal_WithinAMoment_IsTheFirstAgain()
    {
        // A supervisor may signal the process and its group.
        await ReadyWithARequestAsync();

        _kit.Signal();
        _kit.Signal();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromMilliseconds(225));
        _kit.Signal();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(InstancePhase.LameDuck, _kit.Lifecycle.Phase);
        Assert.Equal(0, _kit.Log.Count("DrainHurried"));
        await _kit.UntilStoppedAsync();
    }

    [Fact]
    public async Task SecondSignal_AMomentAfterTheFirst_EndsTheLameDuck()
    {
        (await ReadyWithARequestAsync()).End();
        _kit.Signal();

        await SignalAgainAsync();
        await _kit.UntilStoppedAsync();

        Assert.Equal(OneMoment, _kit.Journal.At("stop"));
    }

    [Fact]
    public async Task SecondSignal_WhileIdleConnectionsAreClosed_EndsTheLameDuck()
    {
        _kit.Options.MinimumPropagation = _kit.Options.PropagationDelay;
        await _kit.ReadyForAsync();
        _kit.Signal();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(4.5));

        _kit.Signal();
        await _kit.UntilStoppedAsync();

        Assert.Equal(TimeSpan.FromSeconds(4.5), _kit.Report.LameDuck);
    }

    [Fact]
    public async Task SecondSignal_InTheDrain_ChangesNothing()
    {
        var request = await ReadyWithARequestAsync();
        _kit.Signal();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(7));

        _kit.Signal();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(7));

        Assert.False(request.IsAborted);
        Assert.Equal(0, _kit.Stops);
        request.End();
        await _kit.UntilStoppedAsync();
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(7)]
    public async Task ThirdSignal_CutsEverythingAtOnce(double at)
    {
        var request = await ReadyWithARequestAsync();
        var stream = _kit.Traffic.BeginStream();
        var flush = _kit.AddParticipant("flush");
        _kit.Signal();
        await SignalAgainAsync();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(at) - OneMoment);

        _kit.Signal();
        await _kit.Clock.SettleAsync();

        Assert.True(request.IsAborted);
        Assert.True(stream.IsAborted);
        Assert.Equal(TimeSpan.FromSeconds(at), _kit.Journal.At("stop"));
        Assert.Equal(1, flush.Runs);
        Assert.Equal((1, 1), (_kit.Report.RequestsAborted, _kit.Report.StreamsAborted));
        Assert.Equal(1, _kit.Log.Count("DrainAborted"));
    }

    [Fact]
    public async Task ThirdSignal_WhatIsCutDoesNotEnd_IsNotWaitedFor()
    {
        (await ReadyWithARequestAsync()).EndsOnAbort = false;
        _kit.Signal();
        await SignalAgainAsync();

        await SignalAgainAsync();
        await _kit.Clock.SettleAsync();

        Assert.Equal(2 * OneMoment, _kit.Journal.At("stop"));
    }

    [Fact]
    public async Task ThirdSignal_InTheFlush_CancelsTheParticipants()
    {
        _kit.AddParticipant("hangs", token => Task.Delay(Timeout.InfiniteTimeSpan, _kit.Clock, token));
        await _kit.ReadyForAsync();
        _kit.Signal();
        await SignalAgainAsync();
        await _kit.Clock.SettleAsync();
        Assert.Equal(InstancePhase.Flushing, _kit.Lifecycle.Phase);

        await SignalAgainAsync();
        await _kit.Clock.SettleAsync();

        Assert.Equal(2 * OneMoment, _kit.Journal.At("stop"));
    }

    [Fact]
    public async Task BudgetLeft_AfterTheThirdSignal_IsNothing()
    {
        await ReadyWithARequestAsync();
        _kit.Signal();
        await SignalAgainAsync();
        Assert.True(_kit.Coordinator.BudgetLeft > TimeSpan.Zero);

        await SignalAgainAsync();

        Assert.Equal(TimeSpan.Zero, _kit.Coordinator.BudgetLeft);
        await _kit.UntilStoppedAsync();
    }

    [Fact]
    public async Task StopApplication_ThreeTimes_CountsAsNoSignal()
    {
        var request = await ReadyWithARequestAsync();

        _kit.Leave();
        _kit.Leave();
        _kit.Leave();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(InstancePhase.LameDuck, _kit.Lifecycle.Phase);
        Assert.False(request.IsAborted);
        request.End();
        await _kit.UntilStoppedAsync();
        Assert.Equal(1, _kit.Stops);
    }

    [Fact]
    public async Task FirstSignal_AfterTheApplicationsOwnStop_DoesNotSkipTheLameDuck()
    {
        await ReadyWithARequestAsync();
        _kit.Leave();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));

        _kit.Signal();
        await _kit.Clock.SettleAsync();

        Assert.Equal(InstancePhase.LameDuck, _kit.Lifecycle.Phase);
        await _kit.UntilStoppedAsync();
    }

    [Fact]
    public async Task FirstSignal_InADrainByApi_JoinsIt()
    {
        await ReadyWithARequestAsync();
        var drain = _kit.Coordinator.DrainAsync("preStop");
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));

        _kit.Signal();
        await _kit.Clock.SettleAsync();

        Assert.Equal(InstancePhase.LameDuck, _kit.Lifecycle.Phase);
        Assert.Equal(0, _kit.Log.Count("DrainHurried"));
        await _kit.UntilStoppedAsync();
        Assert.Equal("preStop", (await drain).Reason);
    }

    [Fact]
    public async Task FirstSignal_ThatSkipsTheLameDuck_DoesSo()
    {
        (await ReadyWithARequestAsync()).End();

        _kit.Signal("SIGINT", skipLameDuck: true);
        await _kit.UntilStoppedAsync();

        Assert.Equal(TimeSpan.Zero, _kit.Report.Total);
        Assert.Equal("SIGINT", _kit.Report.Reason);
    }

    [Fact]
    public async Task Signal_AfterTheHostIsDisposed_IsIgnored()
    {
        _kit.Coordinator.SignalReceived("SIGTERM", skipLameDuck: false);
        _kit.Coordinator.Dispose();

        await _kit.Clock.AdvanceAsync(OneMoment);
        _kit.Coordinator.SignalReceived("SIGTERM", skipLameDuck: false);
        await _kit.Clock.AdvanceAsync(OneMoment);
        _kit.Coordinator.SignalReceived("SIGTERM", skipLameDuck: false);

        Assert.Equal(0, _kit.Stops);
    }

    public void Dispose() => _kit.Dispose();

    private async Task SignalAgainAsync()
    {
        await _kit.Clock.AdvanceAsync(OneMoment);
        _kit.Signal();
    }

    private async Task<FakeItem> ReadyWithARequestAsync()
    {
        await _kit.ReadyForAsync();
        return _kit.Traffic.BeginRequest();
    }
}
