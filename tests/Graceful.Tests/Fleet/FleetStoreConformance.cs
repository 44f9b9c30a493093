using System.Diagnostics;

namespace Graceful.Tests;

/// <summary>
/// What every store of a fleet does: one suite, inherited for each. A store's time may be real, so nothing here asks that something happens at a moment, only that it has happened
/// after it, or has not before.
/// </summary>
public abstract partial class FleetStoreConformance
{
    protected const string One = "session 1 1 1 - 0";
    protected const string OneToTwo = "session 1 2 2 - 0";
    protected const string TwoToThree = "session 2 3 3 - 0";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Long enough for everything that a test does meanwhile, on a slow machine.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    /// <summary>Short enough to wait for.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    /// <summary>An empty store.</summary>
    protected abstract ValueTask<IFleetStore> CreateAsync();

    /// <summary>The same fleet, as another process sees it.</summary>
    protected abstract IFleetStore Another(IFleetStore store);

    /// <summary>Lets at least so much of the store's time pass.</summary>
    protected abstract Task PassAsync(IFleetStore store, TimeSpan time);

    /// <summary>Turns the store's clock back, as far as it can be told from what it answers.</summary>
    protected abstract Task TurnBackAsync(IFleetStore store, TimeSpan time);

    protected static FleetBeat Beat(
        string id, long sequence, string profile = One, long acknowledged = 0, long known = 0, bool serving = false, bool withdraws = false, TimeSpan? lease = null, string? info = null) =>
        new(id, sequence, profile, acknowledged, known, serving, withdraws, lease ?? Long, info);

    protected static ContractState Contract(int active, int low, int high, LevelMode mode = LevelMode.Stable) =>
        new() { Active = active, Low = low, High = high, PriorLow = low, PriorHigh = high, Mode = mode };

    /// <summary>Puts a state in place, whoever is a member meanwhile.</summary>
    protected static async Task<FleetState> InstallAsync(IFleetStore store, params (string Name, ContractState Contract)[] contracts) =>
        await InstallAsync(store, s => s with { IsForming = false, Contracts = FleetState.None.Contracts.AddRange(contracts.Select(c => KeyValuePair.Create(c.Name, c.Contract))) });

    protected static async Task<FleetState> InstallAsync(IFleetStore store, Func<FleetState, FleetState> change)
    {
        while (true)
        {
            var census = await store.TakeCensusAsync(default);
            var next = change(census.State) with { Epoch = NextEpoch(census) };
            if (await store.TryReplaceAsync(census, next, default))
            {
                return next;
            }
        }
    }

    protected static long NextEpoch(FleetCensus census) => Math.Max(census.State.Epoch + 1, census.Now);

    protected static async Task<long> RevisionAsync(IFleetStore store) => (await store.TakeCensusAsync(default)).Revision;

    protected static async Task<TimeSpan> CreditAsync(IFleetStore store) => (await store.TakeCensusAsync(default)).State.Credit;

    protected static async Task EventuallyAsync(Func<Task<bool>> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, $"Did not happen in {Patience.TotalSeconds:0} s: {what}");
            await Task.Delay(10);
        }
    }

    protected static void AssertSame(FleetState expected, FleetState? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected with { Contracts = FleetState.None.Contracts, Credit = default }, actual with { Contracts = FleetState.None.Contracts, Credit = default });
        Assert.Equal(expected.Contracts.AsEnumerable(), actual.Contracts);
    }

    [Fact]
    public async Task Beat_EmptyStore_LeaseIsHeldWithoutAState()
    {
        var store = await CreateAsync();

        var reply = await store.BeatAsync(Beat("a", 1), default);

        Assert.Equal((BeatStatus.NoState, 0L, 1, -1), (reply.Status, reply.Epoch, reply.Live, reply.WithdrawalRank));
        Assert.Null(reply.State);
        Assert.True(reply.Now > 0);
    }

    [Fact]
    public async Task Beat_ByMany_AllAreLive()
    {
        var store = await CreateAsync();
        await store.BeatAsync(Beat("a", 1), default);
        await store.BeatAsync(Beat("b", 1), default);

        Assert.Equal(2, (await store.BeatAsync(Beat("a", 2), default)).Live);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(6)]
    public async Task Beat_OvertakenByALaterOne_ChangesNothing(long sequence)
    {
        var store = await CreateAsync();
        await store.BeatAsync(Beat("a", 7, acknowledged: 3, info: "{}"), default);
        var before = await store.TakeCensusAsync(default);
        var record = Assert.Single(await store.ReadMembersAsync(default));

        var reply = await store.BeatAsync(Beat("a", sequence, OneToTwo, acknowledged: 9, withdraws: true, lease: Short, info: "[]"), default);

        Assert.Equal(BeatStatus.Stale, reply.Status);
        Assert.False(reply.MayDecide);
        var after = await store.TakeCensusAsync(default);
        Assert.Equal((before.Revision, before.State.Credit), (after.Revision, after.State.Credit));
        Assert.Equal(record, Assert.Single(await store.ReadMembersAsync(default)));
        Assert.Equal(0, (await store.BeatAsync(Beat("b", 1, withdraws: true), default)).WithdrawalRank);
    }

    [Fact]
    public async Task Beat_NumbersAreOfOneInstanceEach()
    {
        var store = await CreateAsync();
        await store.BeatAsync(Beat("a", 7), default);

        Assert.NotEqual(BeatStatus.Stale, (await store.BeatAsync(Beat("b", 1), default)).Status);
    }

    [Fact]
    public async Task Beat_LeaseHasRunOut_DoesNotCount()
    {
        var store = await CreateAsync();
        await store.BeatAsync(Beat("b", 1), default);
        Assert.Equal(2, (await store.BeatAsync(Beat("a", 1, lease: Short), default)).Live);

        await PassAsync(store, Short);

        Assert.Equal(1, (await store.BeatAsync(Beat("b", 2), default)).Live);
        Assert.Equal(2, (await store.BeatAsync(Beat("a", 2), default)).Live);
    }

    [Fact]
    public async Task Beat_OvertakenAfterTheLeaseRanOut_IsStaleStill()
    {
        var store = await CreateAsync();
        await store.BeatAsync(Beat("a", 2, lease: Short), default);
        await PassAsync(store, Short);

        Assert.Equal(BeatStatus.Stale, (await store.BeatAsync(Beat("a", 1), default)).Status);
    }

    [Theory]
    [InlineData("session 2 1 1 - 0")]
    [InlineData("session -1 1 1 - 0")]
    [InlineData("session 1 1.5 1 - 0")]
    [InlineData("Session 1 1 1 - 0")]
    [InlineData("session")]
    public async Task Beat_WithWhatIsNoProfile_IsRefusedAndNeverCounted(string profile)
    {
        var store = await CreateAsync();

        await Assert.ThrowsAsync<FormatException>(async () => await store.BeatAsync(Beat("a", 1, profile), default));

        Assert.Empty((await store.TakeCensusAsync(default)).Groups);
        Assert.Empty(await store.ReadMembersAsync(default));
    }

    [Fact]
    public async Task Beat_SaysWhetherTheStoreNeedsTheInfo()
    {
        var store = await CreateAsync();

        Assert.True((await store.BeatAsync(Beat("a", 1), default)).NeedsInfo);
        Assert.False((await store.BeatAsync(Beat("a", 2, info: """{"v":"1.4 ü"}"""), default)).NeedsInfo);
        Assert.False((await store.BeatAsync(Beat("a", 3), default)).NeedsInfo);

        Assert.Equal("""{"v":"1.4 ü"}""", Assert.Single(await store.ReadMembersAsync(default)).Info);
    }

    [Fact]
    public async Task Leave_TakesEverythingOfTheInstanceAway()
    {
        var store = await CreateAsync();
        await store.BeatAsync(Beat("a", 9, withdraws: true, info: "{}"), default);
        await store.BeatAsync(Beat("b", 1), default);

        await store.LeaveAsync("a", default);

        Assert.Equal("b", Assert.Single(await store.ReadMembersAsync(default)).Id);
        Assert.Equal(0, (await store.BeatAsync(Beat("b", 2, withdraws: true), default)).WithdrawalRank);
        var again = await store.BeatAsync(Beat("a", 1), default);
        Assert.Equal((BeatStatus.NoState, true), (again.Status, again.NeedsInfo));
    }

    [Fact]
    public async Task Leave_Repeated_DoesNothing()
    {
        var store = await CreateAsync();
        await store.BeatAsync(Beat("a", 1), default);
        var before = await RevisionAsync(store);

        await store.LeaveAsync("a", default);
        var after = await RevisionAsync(store);
        await store.LeaveAsync("a", default);
        await store.LeaveAsync("never-seen", default);

        Assert.NotEqual(before, after);
        Assert.Equal(after, await RevisionAsync(store));
    }

    [Fact]
    public async Task ReadMembers_TellsWhoIsLiveAndWhoHasJustExpired()
    {
        var store = await CreateAsync();
        await store.BeatAsync(Beat("a", 1, One, acknowledged: 5, lease: Short, info: "{}"), default);
        var reply = await store.BeatAsync(Beat("b", 1, OneToTwo, acknowledged: 6), default);
        await PassAsync(store, Short);

        var members = (await store.ReadMembersAsync(default)).ToDictionary(m => m.Id);

        Assert.Equal((One, 5L, false, "{}"), (members["a"].Profile, members["a"].Acknowledged, members["a"].IsLive, members["a"].Info));
        Assert.Equal((OneToTwo, 6L, true, null), (members["b"].Profile, members["b"].Acknowledged, members["b"].IsLive, members["b"].Info));
        var now = DateTimeOffset.UnixEpoch + TimeSpan.FromMicroseconds(reply.Now);
        Assert.Equal(now + Long, members["b"].LeaseEnds, TimeSpan.FromMilliseconds(1));
    }
}
