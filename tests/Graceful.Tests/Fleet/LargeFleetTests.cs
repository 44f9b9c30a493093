namespace Graceful.Tests;

/// <summary>A member among a hundred others, which beat for themselves and get the tickets: nearly all of its own renewals are short.</summary>
public sealed class LargeFleetTests : IDisposable
{
    private const int Others = 100;
    private readonly FleetKit _kit = new();
    private readonly FleetKit.Instance _member;
    private long _sequence;

    public LargeFleetTests() => _member = _kit.Session("1.0", 1, 1);

    public void Dispose() => _kit.Dispose();

    [Fact]
    public async Task Renewals_AreShort_AndHoldTheLeaseAndTheFence()
    {
        await BeginAsync();
        var (beats, renewals) = (_member.Store.Beats.Count, _member.Store.Renewals);

        await PassAsync(TimeSpan.FromMinutes(3));

        // Every half a minute one in full.
        Assert.InRange(_member.Store.Beats.Count - beats, 5, 9);
        Assert.InRange(_member.Store.Renewals - renewals, 20, 45);
        Assert.Contains(_kit.Live, r => r.Id == _member.Fleet.InstanceId);
        Assert.Equal((FleetStanding.Serving, Others + 1), (_member.Fleet.Standing, _member.Fleet.Live));
        Assert.Equal(0, _member.Log.Count("FleetFenced"));
    }

    [Fact]
    public async Task Renewal_MeetsANewState_FetchesIt()
    {
        await BeginAsync();
        var census = await _kit.Store.TakeCensusAsync(default);
        var next = ContractMachine.Pin(census, "session", true).Next!;
        Assert.True(await _kit.Store.TryReplaceAsync(census, next, default));

        await PassAsync(TimeSpan.FromSeconds(7));

        Assert.Equal(next.Epoch, _member.Compatibility["session"].Epoch);
        Assert.Contains(_kit.Live, r => r.Id == _member.Fleet.InstanceId && r.Acknowledged == next.Epoch);
    }

    [Fact]
    public async Task Renewal_OfALeaseThatTheStoreLost_JoinsAgain()
    {
        await BeginAsync();
        await _kit.Store.LeaveAsync(_member.Fleet.InstanceId, default);

        await PassAsync(TimeSpan.FromSeconds(7));

        Assert.Contains(_kit.Live, r => r.Id == _member.Fleet.InstanceId);
    }

    [Fact]
    public async Task Renewal_ThatFails_IsFollowedByABeat()
    {
        await BeginAsync();
        _member.Store.IsDown = true;
        await PassAsync(TimeSpan.FromSeconds(7));
        _member.Store.IsDown = false;
        var (beats, renewals) = (_member.Store.Beats.Count, _member.Store.Renewals);
        await PassAsync(TimeSpan.FromSeconds(7));

        Assert.True(_member.Store.Beats.Count > beats);
        Assert.InRange(_member.Store.Renewals - renewals, 0, 1);
    }

    private async Task BeginAsync()
    {
        await _kit.ServeAsync(_member);
        await _kit.Clock.UntilAsync(() => _kit.State.Contracts["session"].Mode == LevelMode.Stable);
        await PassAsync(TimeSpan.FromSeconds(40));
    }

    /// <summary>Second by second, with one of the others there for each ticket.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        for (var gone = TimeSpan.Zero; gone < time; gone += TimeSpan.FromSeconds(1))
        {
            _sequence++;
            for (var i = 0; i < Others; i++)
            {
                await _kit.Store.BeatAsync(new FleetBeat($"other-{i}", _sequence, _member.Store.Beats[0].Profile, _kit.State.Epoch, _kit.State.Epoch, true, false, TimeSpan.FromSeconds(20), "{}"), default);
            }

            await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        }
    }
}
