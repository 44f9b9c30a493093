using System.Collections.Immutable;

namespace Graceful.Tests;

/// <summary>One contract, the members around it, and one decision. Times in seconds; V is 70, the bake time 1800.</summary>
internal static class ContractKit
{
    public const string Name = "session";
    public const long Epoch = 1_000_000_000;
    public const long Now = 2_000_000_000;
    public const string One = "session 1 1 1 - 0";
    public const string OneToTwo = "session 1 2 2 - 5000";
    public const string TwoToThree = "session 2 3 3 - 5000";

    public static readonly LevelTimings Timings = new(TimeSpan.FromSeconds(70), TimeSpan.FromMinutes(30));

    /// <summary>A contract whose mode was entered at credit 1000, under <see cref="Epoch"/>.</summary>
    public static ContractState At(int active, LevelMode mode = LevelMode.Stable, int? low = null, int? high = null) => new()
    {
        Active = active,
        Low = low ?? active,
        High = high ?? active,
        PriorLow = low ?? active,
        PriorHigh = high ?? active,
        Mode = mode,
        Since = TimeSpan.FromSeconds(1000),
        Fence = Epoch,
    };

    public static FleetState State(ContractState contract, double elapsed = 0) => new()
    {
        Epoch = Epoch,
        Founded = 1,
        Credit = TimeSpan.FromSeconds(1000 + elapsed),
        ExclusionWait = Timings.ExclusionWait,
        Contracts = FleetState.None.Contracts.Add(Name, contract),
    };

    /// <summary>Members that have acknowledged everything.</summary>
    public static FleetCensus Census(FleetState state, params string[] profiles) => Census(state, [.. profiles.Select((p, i) => new MemberGroup(p, 1, state.Epoch, $"pod-{i + 1}"))]);

    public static FleetCensus Census(FleetState state, ImmutableArray<MemberGroup> groups) => new(state, 7, Now, groups);

    /// <summary>What becomes of the contract after so many seconds in its mode; null when nothing does.</summary>
    public static ContractState? Decide(ContractState contract, double elapsed, params string[] profiles) =>
        ContractMachine.Decide(Census(State(contract, elapsed), profiles), Timings)?.Contracts[Name];

    /// <summary>The same with members that have acknowledged only what was before.</summary>
    public static ContractState? DecideUnacknowledged(ContractState contract, double elapsed, string profile) =>
        ContractMachine.Decide(Census(State(contract, elapsed), [new MemberGroup(profile, 2, Epoch - 1, "pod-1")]), Timings)?.Contracts[Name];

    /// <summary>Holds that nothing happens before <paramref name="wait"/>, nor without the acknowledgements, and returns what happens then.</summary>
    public static ContractState AfterExactly(double wait, ContractState contract, string profile)
    {
        Assert.Null(Decide(contract, wait - 0.001, profile));
        Assert.Null(DecideUnacknowledged(contract, wait, profile));
        return Decide(contract, wait, profile) ?? throw new InvalidOperationException("Nothing happened.");
    }

    public static (int Active, int Low, int High, LevelMode Mode) Shape(ContractState? c) => (c!.Active, c.Low, c.High, c.Mode);
}
