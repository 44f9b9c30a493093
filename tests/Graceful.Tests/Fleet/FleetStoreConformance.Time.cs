namespace Graceful.Tests;

public abstract partial class FleetStoreConformance
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Credit_IsTheTimeBetweenTheBeatsOfAnybody()
    {
        var store = await CreateAsync();
        var first = await store.BeatAsync(Beat("a", 1), default);
        Assert.Equal(TimeSpan.Zero, await CreditAsync(store));

        await PassAsync(store, Short);
        await store.BeatAsync(Beat("b", 1), default);
        await PassAsync(store, Short);
        var last = await store.BeatAsync(Beat("a", 2), default);

        Assert.Equal(TimeSpan.FromMicroseconds(last.Now - first.Now), await CreditAsync(store));
    }

    [Fact]
    public async Task Credit_OfALongSilence_IsCapped()
    {
        var store = await CreateAsync();
        await store.BeatAsync(Beat("a", 1), default);

        await PassAsync(store, FleetState.MaxCredit + Short);
        await store.BeatAsync(Beat("a", 2), default);

        Assert.Equal(FleetState.MaxCredit, await CreditAsync(store));
    }

    [Fact]
    public async Task Credit_ComesFromRefusedBeats_NotFromStaleOnes()
    {
        var store = await CreateAsync();
        await InstallAsync(store, ("session", Contract(3, 3, 3)));
        var first = await store.BeatAsync(Beat("a", 1, One), default);
        await PassAsync(store, Short);
        var second = await store.BeatAsync(Beat("a", 2, One), default);
        Assert.Equal((BeatStatus.Incompatible, BeatStatus.Incompatible), (first.Status, second.Status));
        var credit = await CreditAsync(store);
        Assert.Equal(TimeSpan.FromMicroseconds(second.Now - first.Now), credit);

        await store.BeatAsync(Beat("b", 5, "session 3 3 3 - 0"), default);
        credit = await CreditAsync(store);
        await PassAsync(store, Short);
        await store.BeatAsync(Beat("b", 5, "session 3 3 3 - 0"), default);

        Assert.Equal(credit, await CreditAsync(store));
    }

    [Fact]
    public async Task Credit_ClockTurnedBack_NeitherFallsNorStandsStill()
    {
        var store = await CreateAsync();
        await store.BeatAsync(Beat("a", 1), default);
        await PassAsync(store, Short);
        await store.BeatAsync(Beat("a", 2), default);
        var before = await CreditAsync(store);

        await TurnBackAsync(store, TimeSpan.FromHours(1));
        var back = await store.BeatAsync(Beat("a", 3), default);
        Assert.Equal(before, await CreditAsync(store));
        await PassAsync(store, Short);
        var on = await store.BeatAsync(Beat("a", 4), default);

        Assert.Equal(before + TimeSpan.FromMicroseconds(on.Now - back.Now), await CreditAsync(store));
    }

    [Fact]
    public async Task Ticket_IsGivenOnceASecond()
    {
        var store = await CreateAsync();

        var first = await store.BeatAsync(Beat("a", 1), default);
        var second = await store.BeatAsync(Beat("b", 1), default);
        await PassAsync(store, Second);
        var third = await store.BeatAsync(Beat("b", 2), default);

        Assert.True(first.MayDecide);
        Assert.Equal(second.Now - first.Now >= 1_000_000, second.MayDecide);
        Assert.True(third.MayDecide);
    }

    [Fact]
    public async Task Ticket_ClockTurnedBack_IsGivenAgain()
    {
        var store = await CreateAsync();
        await store.BeatAsync(Beat("a", 1), default);
        await TurnBackAsync(store, TimeSpan.FromHours(1));
        await store.BeatAsync(Beat("a", 2), default);

        await PassAsync(store, Second);

        // With the clock's return it is due at once, or a second later: not in an hour.
        var (first, second) = (await store.BeatAsync(Beat("a", 3), default), default(BeatReply));
        if (!first.MayDecide)
        {
            await PassAsync(store, Second);
            second = await store.BeatAsync(Beat("a", 4), default);
        }

        Assert.True(first.MayDecide || second!.MayDecide);
    }

    [Fact]
    public async Task Ticket_IsNotForTheRefused()
    {
        var store = await CreateAsync();
        await InstallAsync(store, ("session", Contract(3, 3, 3)));

        Assert.False((await store.BeatAsync(Beat("a", 1, One), default)).MayDecide);
        Assert.True((await store.BeatAsync(Beat("b", 1, "session 3 3 3 - 0"), default)).MayDecide);
    }

    [Fact]
    public async Task Rank_IsTheOrderOfAsking()
    {
        var store = await CreateAsync();
        Assert.Equal(-1, (await store.BeatAsync(Beat("a", 1), default)).WithdrawalRank);
        Assert.Equal(0, (await store.BeatAsync(Beat("c", 1, withdraws: true), default)).WithdrawalRank);
        Assert.Equal(1, (await store.BeatAsync(Beat("b", 1, withdraws: true), default)).WithdrawalRank);
        Assert.Equal(2, (await store.BeatAsync(Beat("a", 2, withdraws: true), default)).WithdrawalRank);

        // Asking again keeps the place; not asking gives it up.
        Assert.Equal(0, (await store.BeatAsync(Beat("c", 2, withdraws: true), default)).WithdrawalRank);
        Assert.Equal(-1, (await store.BeatAsync(Beat("c", 3), default)).WithdrawalRank);
        Assert.Equal(0, (await store.BeatAsync(Beat("b", 2, withdraws: true), default)).WithdrawalRank);
        Assert.Equal(2, (await store.BeatAsync(Beat("c", 4, withdraws: true), default)).WithdrawalRank);
    }

    [Fact]
    public async Task Rank_OfTheOthers_FallsWhenOneLeavesOrExpires()
    {
        var store = await CreateAsync();
        await store.BeatAsync(Beat("a", 1, withdraws: true), default);
        await store.BeatAsync(Beat("b", 1, withdraws: true, lease: Short), default);
        await store.BeatAsync(Beat("c", 1, withdraws: true), default);

        await PassAsync(store, Short);
        Assert.Equal(1, (await store.BeatAsync(Beat("c", 2, withdraws: true), default)).WithdrawalRank);
        await store.LeaveAsync("a", default);

        Assert.Equal(0, (await store.BeatAsync(Beat("c", 3, withdraws: true), default)).WithdrawalRank);
    }
}
