using System.Collections.Concurrent;

namespace Graceful.Tests;

public abstract partial class FleetStoreConformance
{
    private static readonly ContractState EveryField = new()
    {
        Active = 5, Low = 4, High = 6, PriorLow = 3, PriorHigh = 7, Mode = LevelMode.Settling, Since = TimeSpan.FromMilliseconds(12_345), Fence = 1_790_000_000_123_456, Pinned = true,
        Retention = TimeSpan.FromDays(400), RetainManually = true, Request = LevelRequest.Retire,
    };

    [Fact]
    public async Task Census_EmptyStore_HasNoStateAndNobody()
    {
        var store = await CreateAsync();

        var census = await store.TakeCensusAsync(default);

        AssertSame(FleetState.None, census.State);
        Assert.Empty(census.Groups);
    }

    [Fact]
    public async Task Census_CountsByProfile_WithTheLeastAcknowledgedEpoch()
    {
        var store = await CreateAsync();
        await store.BeatAsync(Beat("a", 1, One, acknowledged: 9), default);
        await store.BeatAsync(Beat("b", 1, One, acknowledged: 1_790_000_000_123_456), default);
        await store.BeatAsync(Beat("c", 1, One, acknowledged: 8), default);
        await store.BeatAsync(Beat("d", 1, OneToTwo, acknowledged: 1_790_000_000_123_457), default);
        await store.BeatAsync(Beat("e", 1, ""), default);

        var census = await store.TakeCensusAsync(default);

        Assert.Equal(
            [new("", 1, 0, "e"), new MemberGroup(One, 3, 8, "c"), new(OneToTwo, 1, 1_790_000_000_123_457, "d")], census.Groups.OrderBy(g => g.Profile, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Census_LeaseHasRunOut_DropsItAndChangesTheRevision()
    {
        var store = await CreateAsync();
        await store.BeatAsync(Beat("b", 1), default);
        var (before, lease) = (await store.TakeCensusAsync(default), Short);
        for (var sequence = 1; before.Groups[0].Count < 2; sequence++, lease *= 2)
        {
            // On a slow machine a short lease may be over before it is counted.
            await store.BeatAsync(Beat("a", sequence, lease: lease), default);
            before = await store.TakeCensusAsync(default);
        }

        await PassAsync(store, lease);

        var after = await store.TakeCensusAsync(default);

        Assert.Equal("b", Assert.Single(after.Groups).Slowest);
        Assert.NotEqual(before.Revision, after.Revision);
        Assert.Equal(after.Revision, await RevisionAsync(store));
        Assert.False(await store.TryReplaceAsync(before, before.State with { Epoch = NextEpoch(before) }, default));
    }

    [Fact]
    public async Task Revision_ChangesWithTheMembership_NotWithARenewal()
    {
        var store = await CreateAsync();
        var revisions = new List<long> { await RevisionAsync(store) };
        await store.BeatAsync(Beat("a", 1), default);
        revisions.Add(await RevisionAsync(store));
        await store.BeatAsync(Beat("a", 2, OneToTwo), default);
        revisions.Add(await RevisionAsync(store));
        await store.BeatAsync(Beat("b", 1), default);
        revisions.Add(await RevisionAsync(store));
        await store.LeaveAsync("b", default);
        revisions.Add(await RevisionAsync(store));
        Assert.Equal(revisions.Count, revisions.Distinct().Count());

        await store.BeatAsync(Beat("a", 3, OneToTwo, acknowledged: 4, withdraws: true, info: "{}"), default);

        Assert.Equal(revisions[^1], await RevisionAsync(store));
    }

    [Fact]
    public async Task Replace_KeepsEveryField_ExceptTheCredit()
    {
        var store = await CreateAsync();
        await store.BeatAsync(Beat("a", 1), default);
        await PassAsync(store, Short);
        await store.BeatAsync(Beat("a", 2), default);
        var credit = await CreditAsync(store);

        var next = await InstallAsync(store, s => s with
        {
            Credit = TimeSpan.FromDays(9), ExclusionWait = TimeSpan.FromSeconds(71), Founded = 1_790_000_000_123_456, Told = 7, Contracts = s.Contracts.Add("db", Contract(0, 0, 0)).Add("session.v-2_x", EveryField),
        });

        var census = await store.TakeCensusAsync(default);
        AssertSame(next, census.State);
        Assert.Equal(credit, census.State.Credit);
        AssertSame(next, (await Another(store).BeatAsync(Beat("b", 1, "session.v-2_x 0 9 9 - 0"), default)).State);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Replace_KeepsEveryModeAndRequest(LevelMode mode, LevelRequest request)
    {
        var store = await CreateAsync();

        var next = await InstallAsync(store, ("session", Contract(1, 1, 1, mode) with { Request = request }));

        AssertSame(next, (await store.TakeCensusAsync(default)).State);
    }

    public static TheoryData<LevelMode, LevelRequest> Modes() =>
        [.. Enum.GetValues<LevelMode>().Select(m => (m, LevelRequest.None)), .. Enum.GetValues<LevelRequest>().Select(r => (LevelMode.Stable, r))];

    [Fact]
    public async Task Replace_WithoutAContract_TakesItAway()
    {
        var store = await CreateAsync();
        await InstallAsync(store, ("db", Contract(1, 1, 1)), ("session", Contract(1, 1, 1)));

        var next = await InstallAsync(store, ("session", Contract(1, 1, 1)));

        AssertSame(next, (await store.TakeCensusAsync(default)).State);
    }

    [Fact]
    public async Task Replace_AfterAnotherReplace_IsRefused()
    {
        var store = await CreateAsync();
        var census = await store.TakeCensusAsync(default);
        var first = await InstallAsync(store, ("session", Contract(1, 1, 1)));

        Assert.False(await store.TryReplaceAsync(census, FleetState.None with { Epoch = first.Epoch + 5 }, default));

        AssertSame(first, (await store.TakeCensusAsync(default)).State);
    }

    [Theory]
    [InlineData("join")]
    [InlineData("profile")]
    [InlineData("leave")]
    public async Task Replace_AfterAChangeOfTheMembership_IsRefused(string change)
    {
        var store = await CreateAsync();
        await store.BeatAsync(Beat("a", 1), default);
        var state = await InstallAsync(store, ("session", Contract(1, 1, 1)));
        var census = await store.TakeCensusAsync(default);

        await (change switch
        {
            "join" => store.BeatAsync(Beat("b", 1), default).AsTask(),
            "profile" => store.BeatAsync(Beat("a", 2, OneToTwo), default).AsTask(),
            _ => store.LeaveAsync("a", default).AsTask(),
        });

        Assert.False(await store.TryReplaceAsync(census, state with { Epoch = NextEpoch(census) }, default));
        AssertSame(state, (await store.TakeCensusAsync(default)).State);
    }

    [Fact]
    public async Task Replace_UnderAnEpochThatDoesNotGrow_IsAFault()
    {
        var store = await CreateAsync();
        await InstallAsync(store, ("session", Contract(1, 1, 1)));
        var census = await store.TakeCensusAsync(default);

        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await store.TryReplaceAsync(census, census.State, default));
    }

    [Fact]
    public async Task Replace_TellsOthers()
    {
        var store = await CreateAsync();
        var calls = 0;
        using var registration = Another(store).OnChanged(() => Interlocked.Increment(ref calls));

        // It takes a moment until a subscription stands.
        await EventuallyAsync(
            async () =>
            {
                await InstallAsync(store, ("session", Contract(1, 1, 1)));
                return Volatile.Read(ref calls) > 0;
            },
            "a call back");
    }

    [Fact]
    public async Task Replace_InParallel_OneWins()
    {
        var store = await CreateAsync();
        var others = Enumerable.Range(0, 8).Select(_ => Another(store)).ToArray();
        for (var round = 0; round < 40; round++)
        {
            var census = await store.TakeCensusAsync(default);
            var next = others.Select((_, n) => FleetState.None with { Epoch = NextEpoch(census) + n }).ToArray();

            var won = await Task.WhenAll(others.Select((o, n) => Task.Run(async () => await o.TryReplaceAsync(census, next[n], default))));

            Assert.Single(won, w => w);
            Assert.Equal(next[Array.IndexOf(won, true)].Epoch, (await store.TakeCensusAsync(default)).State.Epoch);
        }
    }

    [Fact]
    public async Task Beat_InParallel_OneTicketASecond_AndEverybodyCounts()
    {
        var store = await CreateAsync();
        var replies = new ConcurrentBag<BeatReply>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(async () =>
        {
            var own = Another(store);
            for (var sequence = 1; sequence <= 200; sequence++)
            {
                replies.Add(await own.BeatAsync(Beat($"m{n}", sequence), default));
            }
        })));

        var tickets = replies.Where(r => r.MayDecide).Select(r => r.Now).Order().ToArray();
        Assert.NotEmpty(tickets);
        Assert.All(tickets.Skip(1).Zip(tickets), pair => Assert.True(pair.First - pair.Second >= 1_000_000));
        var census = await store.TakeCensusAsync(default);
        Assert.Equal(8, Assert.Single(census.Groups).Count);
        Assert.Equal(TimeSpan.FromMicroseconds(replies.Max(r => r.Now) - replies.Min(r => r.Now)), census.State.Credit);
    }
}
