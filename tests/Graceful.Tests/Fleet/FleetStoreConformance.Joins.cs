namespace Graceful.Tests;

public abstract partial class FleetStoreConformance
{
    [Theory]
    [InlineData("session 1 2 2 - 0", true)]
    [InlineData("session 0 9 9 mk 60000", true)]
    [InlineData("session 1 1 1 - 0", false)]
    [InlineData("session 2 3 3 - 0", false)]
    [InlineData("session 2 2 2 - 0", false)]
    [InlineData("", false)]
    [InlineData("orders 0 3 3 - 0;session 1 2 2 - 0", true)]
    [InlineData("orders 1 3 3 - 0;session 1 2 2 - 0", false)]
    public async Task Beat_OfANewcomer_IsHeldOnlyIfTheWholeWindowIsCovered(string profile, bool joins)
    {
        var store = await CreateAsync();
        await InstallAsync(store, ("session", Contract(1, 1, 2)));

        var reply = await store.BeatAsync(Beat("a", 1, profile), default);

        Assert.Equal(joins ? BeatStatus.Held : BeatStatus.Incompatible, reply.Status);
        Assert.Equal(joins ? 1 : 0, reply.Live);
        Assert.NotNull(reply.State);
        Assert.Equal(joins ? 1 : 0, (await store.TakeCensusAsync(default)).Groups.Length);
    }

    [Theory]
    [InlineData(1, 2, "session 1 2 2 - 0", true)]
    [InlineData(1, 2, "session 2 2 2 - 0", false)]
    [InlineData(2, 3, "session 2 3 3 - 0", true)]
    [InlineData(2, 3, "session 1 2 2 - 0", false)]
    public async Task Beat_OfANewcomer_IsHeldAgainstAnEdgeThatWasJustNarrowed(int priorLow, int priorHigh, string profile, bool joins)
    {
        var store = await CreateAsync();
        await InstallAsync(store, ("session", Contract(2, 2, 2, LevelMode.Confirming) with { PriorLow = priorLow, PriorHigh = priorHigh }));

        Assert.Equal(joins ? BeatStatus.Held : BeatStatus.Incompatible, (await store.BeatAsync(Beat("a", 1, profile), default)).Status);
    }

    [Theory]
    [MemberData(nameof(Returns))]
    public async Task Beat_OfOneThatServes_IsHeldAgainstItsOwnWindow(ContractState contract, string profile)
    {
        var store = await CreateAsync();
        await InstallAsync(store, ("session", contract));
        var supports = ContractProfile.Parse(profile)["session"].Supports;

        var newcomer = await store.BeatAsync(Beat("a", 1, profile), default);
        var returning = await store.BeatAsync(Beat("b", 1, profile, serving: true), default);

        Assert.Equal(supports.Covers(contract.JoinWindow) ? BeatStatus.Held : BeatStatus.Incompatible, newcomer.Status);
        Assert.Equal(supports.Covers(contract.ReturnWindow) ? BeatStatus.Held : BeatStatus.Incompatible, returning.Status);
    }

    public static TheoryData<ContractState, string> Returns()
    {
        var data = new TheoryData<ContractState, string>();
        foreach (var mode in Enum.GetValues<LevelMode>())
        {
            data.Add(Contract(2, 2, 3, mode) with { PriorLow = 1 }, "session 2 3 3 - 0");
            data.Add(Contract(2, 1, 2, mode) with { PriorHigh = 3 }, "session 1 2 2 - 0");
            data.Add(Contract(2, 1, 3, mode), "session 2 2 2 - 0");
        }

        return data;
    }

    [Fact]
    public async Task Beat_OfALiveMember_IsNotChecked()
    {
        var store = await CreateAsync();
        await store.BeatAsync(Beat("a", 1, One), default);
        await InstallAsync(store, ("session", Contract(2, 2, 2)));

        Assert.Equal(BeatStatus.Held, (await store.BeatAsync(Beat("a", 2, One), default)).Status);
    }

    [Fact]
    public async Task Beat_WithAnotherProfile_IsCheckedAndMayLoseTheLease()
    {
        var store = await CreateAsync();
        await InstallAsync(store, ("session", Contract(1, 1, 1)));
        await store.BeatAsync(Beat("a", 1, OneToTwo, withdraws: true), default);
        var before = await RevisionAsync(store);

        var reply = await store.BeatAsync(Beat("a", 2, TwoToThree, withdraws: true), default);

        Assert.Equal((BeatStatus.Incompatible, 0, -1), (reply.Status, reply.Live, reply.WithdrawalRank));
        Assert.NotEqual(before, await RevisionAsync(store));
        Assert.Equal(0, (await store.BeatAsync(Beat("b", 1, One, withdraws: true), default)).WithdrawalRank);
    }

    [Fact]
    public async Task Beat_AfterTheLeaseRanOut_IsCheckedAgain()
    {
        var store = await CreateAsync();
        await store.BeatAsync(Beat("a", 1, One, lease: Short), default);
        await InstallAsync(store, ("session", Contract(2, 2, 2)));
        await PassAsync(store, Short);

        Assert.Equal(BeatStatus.Incompatible, (await store.BeatAsync(Beat("a", 2, One), default)).Status);
    }

    [Fact]
    public async Task Beat_Refused_JoinsOnceTheWindowFits()
    {
        var store = await CreateAsync();
        await InstallAsync(store, ("session", Contract(1, 1, 2)));
        Assert.Equal(BeatStatus.Incompatible, (await store.BeatAsync(Beat("a", 1, One), default)).Status);

        await InstallAsync(store, ("session", Contract(1, 1, 1)));

        Assert.Equal(BeatStatus.Held, (await store.BeatAsync(Beat("a", 2, One), default)).Status);
    }

    [Fact]
    public async Task Beat_RefusedWithoutALease_IsNoChangeOfTheMembership()
    {
        var store = await CreateAsync();
        await InstallAsync(store, ("session", Contract(1, 1, 2)));
        await store.BeatAsync(Beat("b", 1, OneToTwo), default);
        var before = await RevisionAsync(store);

        await store.BeatAsync(Beat("a", 1, One), default);
        await store.BeatAsync(Beat("a", 2, One), default);

        Assert.Equal(before, await RevisionAsync(store));
    }

    [Fact]
    public async Task Beat_WhileTheStateForms_IsNotChecked()
    {
        var store = await CreateAsync();
        var forming = await InstallAsync(store, s => s with { IsForming = true, ExclusionWait = TimeSpan.FromSeconds(70), Contracts = s.Contracts.Add("session", Contract(5, 5, 5)) });

        var reply = await store.BeatAsync(Beat("a", 1, One), default);

        Assert.Equal((BeatStatus.NoState, 1), (reply.Status, reply.Live));
        AssertSame(forming, reply.State);
        Assert.Null((await store.BeatAsync(Beat("a", 2, One, known: forming.Epoch), default)).State);
    }

    [Fact]
    public async Task Beat_RepeatsNoStateThatIsKnown()
    {
        var store = await CreateAsync();
        var state = await InstallAsync(store, ("session", Contract(1, 1, 1)));

        var known = await store.BeatAsync(Beat("a", 1, One, known: state.Epoch), default);
        var other = await store.BeatAsync(Beat("a", 2, One, known: state.Epoch - 1), default);

        Assert.Equal((state.Epoch, state.Epoch), (known.Epoch, other.Epoch));
        Assert.Null(known.State);
        AssertSame(state, other.State);
    }
}
