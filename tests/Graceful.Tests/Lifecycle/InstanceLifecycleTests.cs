namespace Graceful.Tests;

public class InstanceLifecycleTests
{
    private readonly TestClock _clock = new();
    private readonly LogLines _log = new();
    private readonly InstanceLifecycle _lifecycle;

    public InstanceLifecycleTests() => _lifecycle = new InstanceLifecycle(_clock, _log.Create<InstanceLifecycle>());

    [Fact]
    public void Phase_AtFirst_IsStartingAndNotReady()
    {
        Assert.Equal(InstancePhase.Starting, _lifecycle.Phase);
        Assert.False(_lifecycle.IsReady);
        Assert.Equal("phase is Starting", _lifecycle.NotReadyReason);
    }

    [Theory]
    [InlineData(InstancePhase.LameDuck, InstancePhase.Ready)]
    [InlineData(InstancePhase.Stopped, InstancePhase.Starting)]
    [InlineData(InstancePhase.Ready, InstancePhase.Ready)]
    public void Advance_BackOrToTheSame_DoesNothing(InstancePhase first, InstancePhase then)
    {
        var seen = new List<InstancePhase>();
        _lifecycle.OnPhaseChanged(seen.Add);
        Assert.True(_lifecycle.Advance(first));

        Assert.False(_lifecycle.Advance(then));

        Assert.Equal(first, _lifecycle.Phase);
        Assert.Equal([first], seen);
    }

    [Fact]
    public void Advance_OverPhasesInBetween_IsAllowed()
    {
        Assert.True(_lifecycle.Advance(InstancePhase.Draining));
        Assert.False(_lifecycle.Advance(InstancePhase.WarmingUp));
        Assert.Equal(InstancePhase.Draining, _lifecycle.Phase);
    }

    [Fact]
    public void IsReady_InEveryPhase_OnlyInReady()
    {
        foreach (var phase in Enum.GetValues<InstancePhase>().Where(p => p != InstancePhase.Starting))
        {
            _lifecycle.Advance(phase);
            Assert.Equal(phase == InstancePhase.Ready, _lifecycle.IsReady);
            Assert.Equal(phase == InstancePhase.Ready ? null : $"phase is {phase}", _lifecycle.NotReadyReason);
        }
    }

    [Fact]
    public void OnPhaseChanged_SeveralCallbacks_AreCalledInTheOrderOfTheirRegistration()
    {
        var seen = new List<string>();
        _lifecycle.OnPhaseChanged(p => seen.Add($"first {p}"));
        _lifecycle.OnPhaseChanged(p => seen.Add($"second {p}"));

        _lifecycle.Advance(InstancePhase.WarmingUp);
        _lifecycle.Advance(InstancePhase.Ready);

        Assert.Equal(["first WarmingUp", "second WarmingUp", "first Ready", "second Ready"], seen);
    }

    [Fact]
    public void OnPhaseChanged_ACallbackReadsThePhase_SeesTheNewOne()
    {
        var seen = InstancePhase.Starting;
        _lifecycle.OnPhaseChanged(_ => seen = _lifecycle.Phase);

        _lifecycle.Advance(InstancePhase.LameDuck);

        Assert.Equal(InstancePhase.LameDuck, seen);
    }

    [Fact]
    public void OnPhaseChanged_ThrowingCallback_IsLoggedAndStopsNobody()
    {
        var seen = new List<InstancePhase>();
        _lifecycle.OnPhaseChanged(_ => throw new InvalidOperationException("thrown on purpose"));
        _lifecycle.OnPhaseChanged(seen.Add);

        Assert.True(_lifecycle.Advance(InstancePhase.Ready));

        Assert.Equal([InstancePhase.Ready], seen);
        Assert.Equal("thrown on purpose", Assert.Single(_log.All, l => l.Event.Name == "PhaseCallbackFailed").Exception!.Message);
    }

    [Fact]
    public void OnPhaseChanged_ACallbackAdvancesAgain_EveryoneSeesThePhasesInOrder()
    {
        var seen = new List<InstancePhase>();
        _lifecycle.OnPhaseChanged(p =>
        {
            if (p == InstancePhase.WarmingUp)
            {
                _lifecycle.Advance(InstancePhase.Ready);
            }
        });
        _lifecycle.OnPhaseChanged(seen.Add);

        _lifecycle.Advance(InstancePhase.WarmingUp);

        Assert.Equal([InstancePhase.WarmingUp, InstancePhase.Ready], seen);
    }

    [Fact]
    public void OnPhaseChanged_Disposed_IsCalledNoMore()
    {
        var seen = new List<InstancePhase>();
        var handle = _lifecycle.OnPhaseChanged(seen.Add);
        _lifecycle.Advance(InstancePhase.WarmingUp);

        handle.Dispose();
        _lifecycle.Advance(InstancePhase.Ready);

        Assert.Equal([InstancePhase.WarmingUp], seen);
    }

    [Fact]
    public void OnPhaseChanged_TheSameCallbackTwiceAndOneHandleDisposedTwice_TheOtherStays()
    {
        var calls = 0;
        Action<InstancePhase> callback = _ => calls++;
        var first = _lifecycle.OnPhaseChanged(callback);
        _lifecycle.OnPhaseChanged(callback);

        first.Dispose();
        first.Dispose();
        _lifecycle.Advance(InstancePhase.Ready);

        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Advance_FromManyThreads_EachPhaseIsSeenOnceAndInOrder()
    {
        var seen = new List<InstancePhase>();
        _lifecycle.OnPhaseChanged(seen.Add);

        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(() => _lifecycle.Advance((InstancePhase)(i % 7)))));

        Assert.Equal(seen.Distinct().Order(), seen);
        Assert.Equal(InstancePhase.Stopped, _lifecycle.Phase);
    }

    [Fact]
    public async Task TimeInPhase_StartsAnewWithEachPhase()
    {
        await _clock.AdvanceAsync(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(3), _lifecycle.TimeInPhase);

        _lifecycle.Advance(InstancePhase.Ready);
        await _clock.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(1), _lifecycle.TimeInPhase);
    }
}
