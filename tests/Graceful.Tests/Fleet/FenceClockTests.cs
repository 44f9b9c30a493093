namespace Graceful.Tests;

public class FenceClockTests
{
    private readonly TestClock _clock = new();
    private readonly FenceClock _fence;

    public FenceClockTests() => _fence = new FenceClock(new FleetOptions { FenceAfter = TimeSpan.FromSeconds(45) }, _clock);

    [Fact]
    public void IsExpired_BeforeTheFirstRenewal_IsTrue() => Assert.True(_fence.IsExpired);

    [Fact]
    public void Renewed_CountsFromTheSending()
    {
        var sent = _fence.Now;
        _clock.Advance(TimeSpan.FromSeconds(10));
        _fence.Renewed(sent);

        _clock.Advance(TimeSpan.FromSeconds(35));
        Assert.False(_fence.IsExpired);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(_fence.IsExpired);
    }

    [Fact]
    public void Renewed_ByAnOlderBeat_TakesNothingAway()
    {
        var older = _fence.Now;
        _clock.Advance(TimeSpan.FromSeconds(10));
        _fence.Renewed(_fence.Now);
        var deadline = _fence.Deadline;

        _fence.Renewed(older);

        Assert.Equal(deadline, _fence.Deadline);
    }

    [Fact]
    public void HasDiverged_ABeatThatWasSentBefore_DoesNotCount()
    {
        var sent = _fence.Now;
        _fence.Renewed(sent);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _clock.WallSkew = TimeSpan.FromSeconds(2.1);
        Assert.True(_fence.HasDiverged(out var by));
        Assert.Equal(2.1, by.TotalSeconds, 3);

        _fence.Renewed(sent);
        Assert.True(_fence.IsExpired);

        _fence.Renewed(_fence.Now);
        Assert.False(_fence.IsExpired);
    }

    [Fact]
    public void HasDiverged_ASlewedClock_IsNoJump()
    {
        for (var i = 1; i <= 100; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            _clock.WallSkew += TimeSpan.FromSeconds(0.5);
            Assert.False(_fence.HasDiverged(out _));
        }
    }

    [Fact]
    public void Now_OfTheSystem_Grows()
    {
        var fence = new FenceClock(new FleetOptions { FenceAfter = TimeSpan.FromHours(1) }, TimeProvider.System);
        Assert.True(fence.IsExpired);

        fence.Renewed(fence.Now);

        Assert.False(fence.IsExpired);
        Assert.Equal(3_600_000, fence.Deadline - fence.Now, 1000d);
    }
}
