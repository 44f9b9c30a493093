using static Graceful.Tests.ContractKit;

namespace Graceful.Tests;

public class ContractTransitionTests
{
    private const string Manual = "session 1 2 2 m 0";
    private const string UpToOne = "session 1 2 1 - 0";
    private const string Kept = "session 1 2 2 k 0";

    [Fact]
    public void Stable_EverybodyReadsTheNext_Bakes() => Assert.Equal((1, 1, 1, LevelMode.Baking), Shape(Decide(At(1), 0, OneToTwo)));

    [Theory]
    [InlineData(One)]
    [InlineData(UpToOne)]
    [InlineData(Manual)]
    [InlineData("orders 0 1 1 - 0")]
    public void Stable_OneMemberIsNotReady_StaysWhereItIs(string other) =>
        Assert.DoesNotContain(ContractMachine.Decide(Census(State(At(1)), OneToTwo, other), Timings)?.Contracts.Values ?? [], c => c.Mode != LevelMode.Stable);

    [Fact]
    public void Stable_Pinned_Stays() => Assert.Null(Decide(At(1) with { Pinned = true }, 5000, OneToTwo));

    [Fact]
    public void Stable_Nobody_Stays() => Assert.Null(Decide(At(1), 5000));

    [Fact]
    public void Stable_ActivateAsked_RaisesAtOnce()
    {
        var next = Decide(At(1) with { Request = LevelRequest.Activate }, 0, Manual)!;

        Assert.Equal((1, 1, 2, LevelMode.Raising), Shape(next));
        Assert.Equal((2, LevelRequest.None), (next.PriorHigh, next.Request));
    }

    [Theory]
    [InlineData(LevelRequest.Activate)]
    [InlineData(LevelRequest.Cancel)]
    [InlineData(LevelRequest.Retreat)]
    [InlineData(LevelRequest.Retire)]
    public void Stable_RequestThatCannotBeFollowed_IsDropped(LevelRequest request) =>
        Assert.Equal(At(1), Decide(At(1) with { Request = request }, 0, One));

    [Fact]
    public void Stable_LevelAtTheEndOfNumbers_Stays() => Assert.Null(Decide(At(int.MaxValue), 5000, $"session 0 {int.MaxValue} {int.MaxValue} - 0"));

    [Fact]
    public void Decide_ContractThatTheFleetDoesNotKnow_BeginsAbsent()
    {
        var next = ContractMachine.Decide(Census(State(At(1)), One + ";zeta 0 3 3 - 0"), Timings)!;

        Assert.Equal((0, 0, 0, LevelMode.Stable), Shape(next.Contracts["zeta"]));
    }

    [Fact]
    public void Decide_ProfileThatIsNone_NeitherCountsNorBlocks() =>
        Assert.Equal((1, 1, 1, LevelMode.Baking), Shape(ContractMachine.Decide(Census(State(At(1)), OneToTwo, "session 2 1 1 - 0"), Timings)!.Contracts[Name]));

    [Fact]
    public void Decide_TakesAFreshEpoch() => Assert.Equal(Now, ContractMachine.Decide(Census(State(At(1)), OneToTwo), Timings)!.Epoch);

    [Fact]
    public void Decide_ClockIsBehind_GoesOnFromTheLastEpoch() =>
        Assert.Equal(Now * 5 + 1 + (Now % 1_000_000), ContractMachine.Decide(Census(State(At(1)) with { Epoch = Now * 5 }, OneToTwo), Timings)!.Epoch);

    [Fact]
    public void Baking_NotLongEnough_Waits() => Assert.Null(Decide(At(1, LevelMode.Baking), 1799.9, OneToTwo));

    [Fact]
    public void Baking_LongEnough_FencesTheNextLevelIn()
    {
        var next = Decide(At(1, LevelMode.Baking), 1800, OneToTwo)!;

        Assert.Equal((1, 1, 2, LevelMode.Raising), Shape(next));
        Assert.Equal((2, Now, TimeSpan.FromSeconds(2800), TimeSpan.FromSeconds(5)), (next.PriorHigh, next.Fence, next.Since, next.Retention));
    }

    [Fact]
    public void Baking_AnOldMemberComes_BeginsAgain() => Assert.Equal((1, 1, 1, LevelMode.Stable), Shape(Decide(At(1, LevelMode.Baking), 1800, OneToTwo, One)));

    [Fact]
    public void Raising_SixtySecondsAndAcknowledged_Commits() => Assert.Equal((1, 1, 2, LevelMode.Committing), Shape(AfterExactly(60, At(1, LevelMode.Raising, high: 2), OneToTwo)));

    [Fact]
    public void Raising_CancelAsked_TakesTheFenceDown() =>
        Assert.Equal((1, 1, 2, LevelMode.Cancelling), Shape(Decide(At(1, LevelMode.Raising, high: 2) with { Request = LevelRequest.Cancel }, 65, OneToTwo)));

    [Fact]
    public void Raising_Pinned_TakesTheFenceDown() => Assert.Equal(LevelMode.Cancelling, Decide(At(1, LevelMode.Raising, high: 2) with { Pinned = true }, 65, OneToTwo)!.Mode);

    [Fact]
    public void Raising_AMemberCannotReadIt_TakesTheFenceDown() => Assert.Equal(LevelMode.Cancelling, Decide(At(1, LevelMode.Raising, high: 2), 65, OneToTwo, One)!.Mode);

    [Fact]
    public void Committing_TenSecondsAndAcknowledged_WritesTheNextLevel()
    {
        var next = AfterExactly(10, At(1, LevelMode.Committing, high: 2), OneToTwo);

        Assert.Equal((2, 1, 2, LevelMode.Settling), Shape(next));
        Assert.Equal((Now, TimeSpan.FromSeconds(5)), (next.Fence, next.Retention));
    }

    [Theory]
    [InlineData(LevelRequest.Cancel, false)]
    [InlineData(LevelRequest.None, true)]
    public void Committing_CalledOff_TakesTheNextLevelForWritten(LevelRequest request, bool pinned) =>
        Assert.Equal((1, 1, 2, LevelMode.Shrinking), Shape(Decide(At(1, LevelMode.Committing, high: 2) with { Request = request, Pinned = pinned }, 3, OneToTwo)));

    [Fact]
    public void Settling_UntilNobodyWritesTheOldLevelAndItsRetentionIsOver_KeepsItInTheWindow()
    {
        var settling = At(2, LevelMode.Settling, low: 1) with { Retention = TimeSpan.FromSeconds(5) };
        var retaining = AfterExactly(70, settling, OneToTwo);
        Assert.Equal(settling with { Fence = 0, Since = TimeSpan.FromSeconds(1070) }, retaining);
        Assert.Null(Decide(retaining, 79.9, OneToTwo));

        var next = Decide(retaining, 80, OneToTwo)!;

        Assert.Equal((2, 2, 2, LevelMode.Confirming), Shape(next));
        Assert.Equal((1, 2), (next.PriorLow, next.PriorHigh));
    }

    [Fact]
    public void Settling_NothingIsRetained_NarrowsWhenNobodyWritesTheOldLevel() =>
        Assert.Equal((2, 2, 2, LevelMode.Confirming), Shape(AfterExactly(70, At(2, LevelMode.Settling, low: 1), OneToTwo)));

    [Fact]
    public void Settling_TheLastWriterIsLate_RetentionCountsFromItsEnd()
    {
        var settling = At(2, LevelMode.Settling, low: 1) with { Retention = TimeSpan.FromSeconds(5) };
        Assert.Null(DecideUnacknowledged(settling, 500, OneToTwo));

        Assert.Equal(TimeSpan.FromSeconds(1500), Decide(settling, 500, OneToTwo)!.Since);
    }

    [Fact]
    public void Settling_Nobody_NarrowsAllTheSame() => Assert.Equal((2, 2, 2, LevelMode.Confirming), Shape(Decide(At(2, LevelMode.Settling, low: 1), 70)));

    [Fact]
    public void Settling_KeptByHand_WaitsForRetire()
    {
        var settling = At(2, LevelMode.Settling, low: 1) with { RetainManually = true };
        var retaining = AfterExactly(70, settling, OneToTwo);
        Assert.Equal((LevelMode.Settling, 0L), (retaining.Mode, retaining.Fence));
        Assert.Null(Decide(retaining, 1_000_000, OneToTwo));

        Assert.Equal((2, 2, 2, LevelMode.Confirming), Shape(Decide(retaining with { Request = LevelRequest.Retire }, 100, OneToTwo)));
        Assert.Equal((2, 2, 2, LevelMode.Confirming), Shape(AfterExactly(70, settling with { Request = LevelRequest.Retire }, OneToTwo)));
    }

    [Fact]
    public void Settling_RetreatAsked_CommitsToTheLevelBelow()
    {
        var committing = AfterExactly(60, At(2, LevelMode.Settling, low: 1) with { Request = LevelRequest.Retreat }, OneToTwo);
        Assert.Equal((2, 1, 2, LevelMode.Committing), Shape(committing));

        Assert.Equal((1, 1, 2, LevelMode.Shrinking), Shape(AfterExactly(10, At(2, LevelMode.Committing, low: 1), OneToTwo)));
    }

    [Fact]
    public void Retaining_RetreatAsked_CommitsAtOnce() => Assert.Equal(
        LevelMode.Committing, Decide(At(2, LevelMode.Settling, low: 1) with { Fence = 0, Request = LevelRequest.Retreat }, 1, OneToTwo)!.Mode);

    [Fact]
    public void Settling_RetreatAskedButAMemberCannot_IsDropped() =>
        Assert.Equal((2, 1, 2, LevelMode.Settling), Shape(Decide(At(2, LevelMode.Settling, low: 1) with { Request = LevelRequest.Retreat }, 5, TwoToThree)));

    [Fact]
    public void Shrinking_UntilNobodyWritesTheHigherLevelAndItsRetentionIsOver_KeepsItInTheWindow()
    {
        var retaining = AfterExactly(70, At(1, LevelMode.Shrinking, high: 2) with { Retention = TimeSpan.FromSeconds(5) }, OneToTwo);
        Assert.Null(Decide(retaining, 79.9, OneToTwo));

        Assert.Equal((1, 1, 1, LevelMode.Confirming), Shape(Decide(retaining, 80, OneToTwo)));
    }

    [Fact]
    public void Shrinking_WiderOnBothSides_NarrowsBoth() => Assert.Equal((2, 2, 2, LevelMode.Confirming), Shape(Decide(At(2, LevelMode.Shrinking, low: 1, high: 3), 70, "session 1 3 3 - 0")));

    [Fact]
    public void Cancelling_VAndAcknowledged_Narrows() => Assert.Equal((1, 1, 1, LevelMode.Confirming), Shape(AfterExactly(70, At(1, LevelMode.Cancelling, high: 2), OneToTwo)));

    [Fact]
    public void Confirming_TenSecondsAndAcknowledged_ForgetsTheEdges()
    {
        var next = AfterExactly(10, At(2, LevelMode.Confirming) with { PriorLow = 1, PriorHigh = 3 }, OneToTwo);

        Assert.Equal((2, 2, 2, LevelMode.Stable), Shape(next));
        Assert.Equal((2, 2), (next.PriorLow, next.PriorHigh));
    }

    [Fact]
    public void Confirming_RetreatAsked_IsKeptForLater() => Assert.Null(Decide(At(2, LevelMode.Confirming) with { PriorLow = 1, Request = LevelRequest.Retreat }, 5, OneToTwo));

    [Theory]
    [InlineData(LevelMode.Stable)]
    [InlineData(LevelMode.Baking)]
    public void Retreat_WindowIsTheLevel_FencesTheLevelBelowInFirst(LevelMode mode)
    {
        var next = Decide(At(2, mode) with { Request = LevelRequest.Retreat }, 5, OneToTwo)!;

        Assert.Equal((2, 1, 2, LevelMode.Lowering), Shape(next));
        Assert.Equal((1, Now), (next.PriorLow, next.Fence));
        Assert.Equal((2, 1, 2, LevelMode.Committing), Shape(AfterExactly(60, At(2, LevelMode.Lowering, low: 1), OneToTwo)));
    }

    [Fact]
    public void Lowering_AMemberCannotReadIt_TakesTheFenceDown() => Assert.Equal((2, 1, 2, LevelMode.Cancelling), Shape(Decide(At(2, LevelMode.Lowering, low: 1), 65, TwoToThree)));

    [Fact]
    public void CommittingDown_CalledOff_TakesTheLevelBelowForWritten() =>
        Assert.Equal((2, 1, 2, LevelMode.Settling), Shape(Decide(At(2, LevelMode.Committing, low: 1) with { Request = LevelRequest.Cancel }, 3, OneToTwo)));

    [Fact]
    public void Mode_OfALaterVersion_IsLeftAlone() => Assert.Null(Decide(At(1, (LevelMode)99, high: 2), 100_000, OneToTwo));

    [Fact]
    public void Wait_TheMembersIsLonger_Counts()
    {
        var census = Census(State(At(1, LevelMode.Raising, high: 2), 61), OneToTwo);

        Assert.Null(ContractMachine.Decide(census, Timings with { ExclusionWait = TimeSpan.FromSeconds(100) }));
        Assert.Equal(TimeSpan.FromSeconds(100), ContractMachine.Adopt(census.State, Timings with { ExclusionWait = TimeSpan.FromSeconds(100) }, Now)!.ExclusionWait);
        Assert.Null(ContractMachine.Adopt(census.State, Timings, Now));
    }
}
