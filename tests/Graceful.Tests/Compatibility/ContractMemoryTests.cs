using System.Collections.Immutable;
using static Graceful.Tests.ContractKit;

namespace Graceful.Tests;

public class ContractMemoryTests
{
    private static readonly FleetState Forming = ContractMachine.Form(Now, Timings);

    [Fact]
    public void Form_BeginsWithNothingDecided() =>
        Assert.Equal((Now, true, TimeSpan.FromSeconds(70), 0), (Forming.Epoch, Forming.IsForming, Forming.ExclusionWait, Forming.Contracts.Count));

    [Fact]
    public void Forming_WithinV_GoesOn() => Assert.Null(ContractMachine.Decide(Census(Forming with { Credit = TimeSpan.FromSeconds(69.9) }, OneToTwo), Timings));

    [Fact]
    public void Forming_AfterV_FindsTheFirstProfile_AndHoldsItForAWhileBeforeItCounts()
    {
        var found = ContractMachine.Decide(Census(Forming with { Credit = TimeSpan.FromSeconds(70) }, OneToTwo, One), Timings)!;
        Assert.Equal((true, (1, 1, 1, LevelMode.Stable)), (found.IsForming, Shape(found.Contracts[Name])));
        Assert.Null(ContractMachine.Decide(Census(found with { Credit = TimeSpan.FromSeconds(79.9) }, OneToTwo), Timings));

        var founded = ContractMachine.Decide(Census(found with { Credit = TimeSpan.FromSeconds(80) }, OneToTwo), Timings)!;

        Assert.Equal((false, (1, 1, 1, LevelMode.Stable)), (founded.IsForming, Shape(founded.Contracts[Name])));
        Assert.Equal(founded.Epoch, founded.Founded);
    }

    [Fact]
    public void Forming_WithNothingToWaitFor_EndsAtOnce()
    {
        var development = new LevelTimings(TimeSpan.Zero, TimeSpan.Zero);

        var founded = ContractMachine.Decide(Census(ContractMachine.Form(Now, development), OneToTwo), development)!;

        Assert.Equal((false, (1, 1, 2, LevelMode.Shrinking)), (founded.IsForming, Shape(founded.Contracts[Name])));
    }

    [Fact]
    public void Found_TakesAllThatIsReadForWritten()
    {
        var founded = ContractMachine.Found(Forming, Now, ContractProfile.Parse("session 1 2 2 - 5000"));

        Assert.Equal((1, 1, 2, LevelMode.Shrinking), Shape(founded.Contracts[Name]));
        Assert.Equal(TimeSpan.FromSeconds(5), founded.Contracts[Name].Retention);
        Assert.True(founded.Epoch > Forming.Epoch);
    }

    [Fact]
    public void Lacks_StoreIsAhead_IsNoLoss() => Assert.False(ContractMachine.Lacks(State(At(1)) with { Epoch = Epoch + 5 }, State(At(1)), isServing: true));

    [Fact]
    public void Lacks_StoreHasNothing_OnlyAMemoryCounts()
    {
        Assert.True(ContractMachine.Lacks(FleetState.None, State(At(1)), isServing: false));
        Assert.False(ContractMachine.Lacks(FleetState.None, FleetState.None, isServing: true));
        Assert.False(ContractMachine.Lacks(FleetState.None, Forming, isServing: true));
    }

    [Fact]
    public void Lacks_StoreFormsUnderANewerEpoch_IsALoss() => Assert.True(ContractMachine.Lacks(Forming, State(At(1)), isServing: false));

    [Fact]
    public void Lacks_StoreIsBehind_IsALoss() => Assert.True(ContractMachine.Lacks(State(At(1)) with { Epoch = Epoch - 1 }, State(At(1)), isServing: false));

    [Fact]
    public void Lacks_MemoryOfALostLine_CountsFromAMemberThatServes()
    {
        // The store was put together from what was known at 500, and this is of 700: between that and the beginning of the new line.
        var store = State(At(1)) with { Epoch = 1200, Founded = 1000, Told = 500 };
        var witness = State(At(2)) with { Epoch = 700 };

        Assert.True(ContractMachine.Lacks(store, witness, isServing: true));
        Assert.False(ContractMachine.Lacks(store, witness, isServing: false));
        Assert.False(ContractMachine.Lacks(store, witness with { Epoch = 500 }, isServing: true));
        Assert.False(ContractMachine.Lacks(store, witness with { Epoch = 1000 }, isServing: true));
    }

    [Fact]
    public void Merge_IntoAStoreThatForms_TheNewestMemoryReplacesAnOlderOne()
    {
        var older = ContractMachine.Merge(Forming, State(At(1)) with { Epoch = 500 }, Now, isServing: true);
        var newer = ContractMachine.Merge(older, State(At(2)) with { Epoch = 700 }, Now, isServing: true);
        var late = ContractMachine.Merge(newer, State(At(1)) with { Epoch = 600 }, Now, isServing: true);

        Assert.Equal([2, 2], new[] { newer, late }.Select(s => s.Contracts[Name].Active));
        Assert.All([older, newer, late], s => Assert.True(s.IsForming));
        Assert.True(late.Epoch > newer.Epoch && newer.Epoch > older.Epoch);
    }

    [Fact]
    public void Forming_ToldByOneThatServes_EndsSoon()
    {
        var told = ContractMachine.Merge(FleetState.None, State(At(2)), Now, isServing: true);
        Assert.Null(ContractMachine.Decide(Census(told with { Credit = TimeSpan.FromSeconds(9.9) }, OneToTwo), Timings));

        var recovered = ContractMachine.Decide(Census(told with { Credit = TimeSpan.FromSeconds(10) }, OneToTwo), Timings)!;

        Assert.Equal((false, (2, 2, 2, LevelMode.Stable)), (recovered.IsForming, Shape(recovered.Contracts[Name])));
    }

    [Fact]
    public void Forming_ToldByOneThatWasFenced_WaitsForV()
    {
        var told = ContractMachine.Merge(FleetState.None, State(At(2)), Now, isServing: false);

        Assert.Null(ContractMachine.Decide(Census(told with { Credit = TimeSpan.FromSeconds(69.9) }, OneToTwo), Timings));
        Assert.NotNull(ContractMachine.Decide(Census(told with { Credit = TimeSpan.FromSeconds(70) }, OneToTwo), Timings));
    }

    [Theory]
    [InlineData(LevelMode.Raising, 1, 1, 2, LevelMode.Shrinking)]
    [InlineData(LevelMode.Committing, 1, 1, 2, LevelMode.Shrinking)]
    [InlineData(LevelMode.Settling, 2, 1, 2, LevelMode.Settling)]
    [InlineData(LevelMode.Shrinking, 1, 1, 2, LevelMode.Shrinking)]
    [InlineData(LevelMode.Lowering, 2, 1, 2, LevelMode.Settling)]
    [InlineData(LevelMode.Committing, 2, 1, 2, LevelMode.Settling)]
    [InlineData(LevelMode.Cancelling, 1, 1, 2, LevelMode.Cancelling)]
    [InlineData(LevelMode.Baking, 1, 1, 1, LevelMode.Stable)]
    public void Recover_WhatWasAboutToBeWritten_CountsAsWritten(LevelMode mode, int active, int low, int high, LevelMode expected)
    {
        var told = ContractMachine.Merge(FleetState.None, State(At(active, mode, low, high)), Now, isServing: true) with { Credit = TimeSpan.FromSeconds(10) };

        var c = ContractMachine.Decide(Census(told, "session 1 2 2 - 0"), Timings)!.Contracts[Name];

        Assert.Equal((active, low, high, expected), Shape(c));
        Assert.Equal(TimeSpan.FromSeconds(10), c.Since);
    }

    [Fact]
    public void Recover_EdgeThatWasJustNarrowed_IsConfirmedAgain()
    {
        var narrowed = At(2, LevelMode.Confirming) with { PriorLow = 1 };
        var told = ContractMachine.Merge(FleetState.None, State(narrowed), Now, isServing: true) with { Credit = TimeSpan.FromSeconds(10) };

        var c = ContractMachine.Decide(Census(told, OneToTwo), Timings)!.Contracts[Name];

        Assert.Equal((LevelMode.Confirming, 1), (c.Mode, c.PriorLow));
    }

    [Fact]
    public void Merge_StoreThatFellBack_TakesTheWidestOfBoth()
    {
        var store = State(At(1, LevelMode.Committing, high: 2)) with { Epoch = 500 };
        var witness = State(At(2, LevelMode.Settling, low: 1) with { Retention = TimeSpan.FromDays(2), Pinned = true, Request = LevelRequest.Retire }) with { Epoch = 700 };

        var merged = ContractMachine.Merge(store, witness, Now, isServing: true);
        var c = merged.Contracts[Name];

        Assert.Equal((1, 1, 2, LevelMode.Shrinking), Shape(c));
        Assert.Equal((true, TimeSpan.FromDays(2), LevelRequest.None), (c.Pinned, c.Retention, c.Request));
        Assert.Equal((store.Credit, merged.Epoch, merged.Epoch, 700L), (c.Since, c.Fence, merged.Founded, merged.Told));
        Assert.False(ContractMachine.Lacks(merged, witness, isServing: true));
    }

    [Fact]
    public void Merge_RaiseThatWasLost_IsNotRaisedAtOnce()
    {
        var store = State(At(1, LevelMode.Baking)) with { Epoch = 500 };
        var witness = State(At(1, LevelMode.Raising, high: 2)) with { Epoch = 700 };

        Assert.Equal((1, 1, 2, LevelMode.Shrinking), Shape(ContractMachine.Merge(store, witness, Now, isServing: true).Contracts[Name]));
    }

    [Fact]
    public void Merge_FenceThatWasComingDown_ComesDown()
    {
        var store = State(At(1, LevelMode.Cancelling, high: 2)) with { Epoch = 500 };
        var witness = State(At(1, LevelMode.Confirming) with { PriorHigh = 2 }) with { Epoch = 700 };

        Assert.Equal((1, 1, 2, LevelMode.Cancelling), Shape(ContractMachine.Merge(store, witness, Now, isServing: true).Contracts[Name]));
    }

    [Fact]
    public void Merge_ContractThatIsTheSame_KeepsItsWait()
    {
        var same = At(2, LevelMode.Settling, low: 1);
        var store = State(same) with { Epoch = 500, Contracts = State(same).Contracts.Add("orders", At(0)) };
        var witness = State(same) with { Epoch = 700, Contracts = State(same).Contracts.Add("db", At(3)) };

        var merged = ContractMachine.Merge(store, witness, Now, isServing: true);

        Assert.Same(store.Contracts[Name], merged.Contracts[Name]);
        Assert.Equal(["db", "orders", "session"], merged.Contracts.Keys);
    }

    [Fact]
    public void Merge_KeepsTheLongerWait() => Assert.Equal(
        TimeSpan.FromSeconds(90),
        ContractMachine.Merge(State(At(1)) with { Epoch = 500, ExclusionWait = TimeSpan.FromSeconds(90) }, State(At(1)) with { Epoch = 700 }, Now, isServing: true).ExclusionWait);

    [Fact]
    public void Check_HoldsTheWholeWindowAgainstABuild()
    {
        var state = State(At(1, LevelMode.Raising, high: 2));

        Assert.Equal([new ContractMismatch(Name, new LevelRange(1, 2), new LevelRange(1, 1))], ContractMachine.Check(state, ContractProfile.Parse(One), isReturning: false));
        Assert.Equal([new ContractMismatch(Name, new LevelRange(1, 2), LevelRange.Absent)], ContractMachine.Check(state, ContractProfile.Parse(""), isReturning: false));
        Assert.Empty(ContractMachine.Check(state, ContractProfile.Parse(OneToTwo), isReturning: false));
    }

    [Fact]
    public void Check_ContractThatTheFleetDoesNotKnow_MustBeAllowedToBeAbsent()
    {
        Assert.Empty(ContractMachine.Check(State(At(1)), ContractProfile.Parse(One + ";zeta 0 1 1 - 0"), isReturning: false));
        Assert.Equal("zeta", Assert.Single(ContractMachine.Check(State(At(1)), ContractProfile.Parse(One + ";zeta 1 1 1 - 0"), isReturning: false)).Contract);
    }

    [Fact]
    public void Check_EdgeThatWasJustNarrowed_CountsForNewcomersOnly()
    {
        var state = State(At(2, LevelMode.Confirming) with { PriorLow = 1 });
        var build = ContractProfile.Parse(TwoToThree);

        Assert.Equal(new LevelRange(1, 2), Assert.Single(ContractMachine.Check(state, build, isReturning: false)).Window);
        Assert.Empty(ContractMachine.Check(state, build, isReturning: true));
    }

    [Fact]
    public void Check_StoreThatForms_HoldsNothing() =>
        Assert.Empty(ContractMachine.Check(State(At(9)) with { IsForming = true }, ImmutableSortedDictionary<string, ContractDeclaration>.Empty, isReturning: false));
}
