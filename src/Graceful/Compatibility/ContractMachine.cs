using System.Collections.Immutable;

namespace Graceful;

/// <summary>THE STATE MACHINE, once, for every store: pure functions from what is known to the next state.</summary>
internal static class ContractMachine
{
    /// <summary>The next state, or null when nothing is to change. At most one transition for each contract.</summary>
    public static FleetState? Decide(FleetCensus census, LevelTimings timings) => throw new NotImplementedException();

    /// <summary>
    /// The first state of a store with no record: forming, until <see cref="FleetState.ExclusionWait"/> has been credited. <see cref="Decide"/> ends it.
    /// </summary>
    public static FleetState Form(long now, LevelTimings timings) => throw new NotImplementedException();

    /// <summary>What a store that forms learns from the first member, when the wait is over: everything it reads may exist.</summary>
    public static FleetState Found(FleetState forming, long now, ImmutableSortedDictionary<string, ContractDeclaration> first) => throw new NotImplementedException();

    /// <summary>
    /// A member remembers a newer state than the store has (it lost data, or failed over): A = min, Low = min, High = max, under an epoch fresher than both. A store with no record takes the
    /// member's state.
    /// </summary>
    public static FleetState Merge(FleetState store, FleetState witness, long now) => throw new NotImplementedException();

    /// <summary>Takes over a longer <see cref="FleetState.ExclusionWait"/> of a new member; null when nothing is to change.</summary>
    public static FleetState? Adopt(FleetState state, LevelTimings timings, long now) => throw new NotImplementedException();

    /// <summary>An operator's request, or the reason why it cannot be followed.</summary>
    public static (FleetState? Next, string? Refusal) Request(FleetCensus census, string contract, LevelRequest request) => throw new NotImplementedException();

    /// <summary>Pins or releases a contract, or says why not.</summary>
    public static (FleetState? Next, string? Refusal) Pin(FleetCensus census, string contract, bool pinned) => throw new NotImplementedException();

    /// <summary>
    /// Which contracts shut a build out; empty when it may join. The same rule as in <see cref="IFleetStore.BeatAsync"/>: a contract that either side does not know counts as [0, 0].
    /// </summary>
    public static ImmutableArray<ContractMismatch> Check(
        FleetState state, ImmutableSortedDictionary<string, ContractDeclaration> declared, bool isReturning) => throw new NotImplementedException();
}

/// <summary>The waits of the state machine; see <c>CompatibilityOptions</c>.</summary>
/// <param name="ExclusionWait">V: after it, an instance that nobody heard of writes nothing any more.</param>
/// <param name="Bake">How long every member must have been able to read the next level before it is raised.</param>
internal sealed record LevelTimings(TimeSpan ExclusionWait, TimeSpan Bake);

/// <summary>Why a build may not join.</summary>
/// <param name="Contract">The contract.</param>
/// <param name="Window">What it would have to cover.</param>
/// <param name="Supports">What it covers.</param>
internal readonly record struct ContractMismatch(string Contract, LevelRange Window, LevelRange Supports);
