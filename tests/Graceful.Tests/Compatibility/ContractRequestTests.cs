using static Graceful.Tests.ContractKit;

namespace Graceful.Tests;

public class ContractRequestTests
{
    [Theory]
    [InlineData(LevelRequest.Activate, LevelMode.Baking, 1, 1, 1)]
    [InlineData(LevelRequest.Cancel, LevelMode.Raising, 1, 1, 2)]
    [InlineData(LevelRequest.Cancel, LevelMode.Committing, 1, 1, 2)]
    [InlineData(LevelRequest.Retreat, LevelMode.Settling, 2, 1, 2)]
    [InlineData(LevelRequest.Retreat, LevelMode.Stable, 2, 2, 2)]
    [InlineData(LevelRequest.Retire, LevelMode.Shrinking, 1, 1, 2)]
    public void Request_ThatCanBeFollowed_IsWrittenDown(LevelRequest request, LevelMode mode, int active, int low, int high)
    {
        var (next, refusal) = ContractMachine.Request(Census(State(At(active, mode, low, high)), OneToTwo), Name, request);

        Assert.Null(refusal);
        Assert.Equal((request, mode), (next!.Contracts[Name].Request, next.Contracts[Name].Mode));
        Assert.Equal(Now, next.Epoch);
    }

    [Fact]
    public void Request_MadeAlready_ChangesNothing() =>
        Assert.Equal((null, null), ContractMachine.Request(Census(State(At(1) with { Request = LevelRequest.Activate }), OneToTwo), Name, LevelRequest.Activate));

    [Fact]
    public void Request_Withdrawn_IsForgotten() => Assert.Equal(
        LevelRequest.None,
        ContractMachine.Request(Census(State(At(1) with { Request = LevelRequest.Activate }), OneToTwo), Name, LevelRequest.None).Next!.Contracts[Name].Request);

    [Theory]
    [InlineData(LevelRequest.Activate, LevelMode.Stable, 1, 1, 1, One,
        "'session' cannot go from level 1 to 2: 1 instance (pod-1) supports [1,1]. Replace those instances by a build that supports 2, then activate it.")]
    [InlineData(LevelRequest.Activate, LevelMode.Stable, 1, 1, 1, "session 1 2 1 - 0",
        "'session' cannot go from level 1 to 2: 1 instance (pod-1) lets it be activated up to 1 only. Replace those instances by a build that supports 2, then activate it.")]
    [InlineData(LevelRequest.Activate, LevelMode.Settling, 2, 1, 2, OneToTwo, "'session' is moving already: level 2, window [1,2], Settling. Wait until it is stable, then activate the next level.")]
    [InlineData(LevelRequest.Cancel, LevelMode.Stable, 1, 1, 1, OneToTwo, "'session' is at level 1 (Stable): no change of level is under way that could be cancelled.")]
    [InlineData(LevelRequest.Cancel, LevelMode.Baking, 1, 1, 1, OneToTwo, "'session' is at level 1 and nothing has begun: 2 is still baking. Pin 'session' to hold it at 1.")]
    [InlineData(LevelRequest.Cancel, LevelMode.Settling, 2, 1, 2, OneToTwo, "'session': level 2 is written already, there is nothing left to cancel. Retreat goes back to 1.")]
    [InlineData(LevelRequest.Retreat, LevelMode.Stable, 0, 0, 0, OneToTwo, "'session' is at level 0: there is no level below.")]
    [InlineData(LevelRequest.Retreat, LevelMode.Raising, 1, 1, 2, OneToTwo, "'session' is still at level 1, 2 is about to be written. Cancel calls that off.")]
    [InlineData(LevelRequest.Retreat, LevelMode.Shrinking, 1, 1, 2, OneToTwo, "'session' is moving already: level 1, window [1,2], Shrinking. Wait until it is stable, then retreat.")]
    [InlineData(LevelRequest.Retreat, LevelMode.Stable, 2, 2, 2, TwoToThree,
        "'session' cannot go back from level 2 to 1: 1 instance (pod-1) supports [2,3]. Replace those instances by a build that supports 1, then retreat.")]
    [InlineData(LevelRequest.Retire, LevelMode.Stable, 1, 1, 1, OneToTwo,
        "'session' is at level 1 (Stable): no data of another level is being waited for, so there is nothing to retire.")]
    public void Request_ThatCannotBeFollowed_SaysWhyAndWhatToDo(LevelRequest request, LevelMode mode, int active, int low, int high, string profile, string refusal) =>
        Assert.Equal((null, refusal), ContractMachine.Request(Census(State(At(active, mode, low, high)), profile), Name, request));

    [Fact]
    public void Request_Pinned_SaysToUnpinFirst() => Assert.Equal(
        "'session' is pinned at level 1. Unpin it first, then activate 2.",
        ContractMachine.Request(Census(State(At(1) with { Pinned = true }), OneToTwo), Name, LevelRequest.Activate).Refusal);

    [Fact]
    public void Request_Nobody_IsRefused() =>
        Assert.Equal("'session' cannot go from level 1 to 2: no instance is live.", ContractMachine.Request(Census(State(At(1))), Name, LevelRequest.Activate).Refusal);

    [Fact]
    public void Request_BesideAnother_IsRefused() => Assert.Equal(
        "'session' at level 2: Retire was asked before and has not happened yet. Wait a few seconds, or withdraw it first.",
        ContractMachine.Request(Census(State(At(2, LevelMode.Settling, low: 1) with { Request = LevelRequest.Retire }), OneToTwo), Name, LevelRequest.Retreat).Refusal);

    [Fact]
    public void Request_SeveralBlock_AllAreNamed()
    {
        var census = Census(State(At(1)), [new MemberGroup(One, 3, Epoch, "pod-7"), new MemberGroup("", 1, Epoch, "pod-9")]);

        Assert.Equal(
            "'session' cannot go from level 1 to 2: 3 instances (pod-7, …) supports [1,1]; 1 instance (pod-9) supports [0,0]. "
            + "Replace those instances by a build that supports 2, then activate it.",
            ContractMachine.Request(census, Name, LevelRequest.Activate).Refusal);
    }

    [Fact]
    public void Request_UnknownContract_NamesTheKnownOnes() =>
        Assert.Equal("The fleet knows no contract 'sesion'; it knows 'session'.", ContractMachine.Request(Census(State(At(1)), One), "sesion", LevelRequest.Activate).Refusal);

    [Fact]
    public void Request_StoreThatForms_IsRefused() => Assert.Equal(
        "The fleet has no agreed levels yet: its store is new or lost its data, and waits up to 70 s for members of before. Ask again after that.",
        ContractMachine.Request(Census(ContractMachine.Form(Now, Timings), One), Name, LevelRequest.Activate).Refusal);

    [Fact]
    public void Pin_AndUnpin_ChangeNothingElse()
    {
        var pinned = ContractMachine.Pin(Census(State(At(1)), One), Name, pinned: true).Next!;
        Assert.Equal(At(1) with { Pinned = true }, pinned.Contracts[Name]);

        Assert.Equal((null, null), ContractMachine.Pin(Census(pinned, One), Name, pinned: true));
        Assert.Equal(At(1), ContractMachine.Pin(Census(pinned, One), Name, pinned: false).Next!.Contracts[Name]);
    }

    [Fact]
    public void Pin_UnknownContract_IsRefused() => Assert.Equal("The fleet knows no contract 'x'; it knows 'session'.", ContractMachine.Pin(Census(State(At(1)), One), "x", pinned: true).Refusal);
}
