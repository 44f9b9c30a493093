using System.Collections.Immutable;

namespace Graceful;

/// <summary>
/// THE STATE MACHINE, once, for every store: pure functions from what is known to the next state. What one contract does is in <see cref="ContractTransitions"/>, what is
/// pieced together after a loss in <see cref="ContractMemory"/>, what an operator may ask in <see cref="ContractRequests"/>.
/// </summary>
internal static class ContractMachine
{
    /// <summary>
    /// How long a step waits until the store's replicas surely have it, where a failover that lost it would be dangerous. A promoted replica is taken to miss at most the last five seconds; the
    /// other five are for one jump of the clock (<see cref="FleetState.MaxCredit"/>), since a failover is often one.
    /// </summary>
    public static readonly TimeSpan ReplicationWait = 2 * FleetState.MaxCredit;

    /// <summary>
    /// The next state, or null when nothing is to change. At most one transition for each contract. For whoever has the ticket; and for an instance that was refused while nobody is live.
    /// </summary>
    /// <param name="census">What is known.</param>
    /// <param name="timings">Those of the member that decides.</param>
    /// <param name="beat">
    /// The store's time of that member's last beat; null for now. The credited time stands still between beats, and a wait must not begin at a time that has passed: a member may have been frozen with
    /// its ticket, and find nobody's beat since.
    /// </param>
    public static FleetState? Decide(FleetCensus census, LevelTimings timings, long? beat = null)
    {
        var state = census.State;
        var members = MemberNeeds.Of(census);
        if (state.Epoch == 0 || (state.IsForming && members.Count == 0))
        {
            return null;
        }

        // With nobody there the window can still narrow, and must: else whoever waits outside of it would wait for ever.

        var wait = Longer(state.ExclusionWait, timings.ExclusionWait);
        if (state.IsForming)
        {
            return EndForming(census, members, wait);
        }

        var unseen = TimeSpan.FromMicroseconds(Math.Max(0, census.Now - (beat ?? census.Now)));
        var latest = state.Credit + (unseen < FleetState.MaxCredit ? unseen : FleetState.MaxCredit);
        var epoch = Fresh(state.Epoch, census.Now);
        ImmutableSortedDictionary<string, ContractState>.Builder? next = null;
        foreach (var (name, contract) in state.Contracts)
        {
            if (ContractTransitions.Next(contract, new Situation(state.Credit, latest, epoch, wait, timings.Bake, members.Acknowledged, members.Of(name))) is { } changed)
            {
                (next ??= state.Contracts.ToBuilder())[name] = changed;
            }
        }

        foreach (var name in members.Names)
        {
            if (!state.Contracts.ContainsKey(name))
            {
                // A new contract begins as what the others take it for: absent. It rises like any other, when all of them know it.
                (next ??= state.Contracts.ToBuilder())[name] = new ContractState { Active = 0, Low = 0, High = 0, PriorLow = 0, PriorHigh = 0, Since = state.Credit };
            }
        }

        return next is null ? null : state with { Epoch = epoch, ExclusionWait = wait, Contracts = next.ToImmutable() };
    }

    /// <summary>
    /// The first state of a store with no record: forming, until <see cref="FleetState.ExclusionWait"/> has been credited. <see cref="Decide"/> ends it.
    /// </summary>
    public static FleetState Form(long now, LevelTimings timings) =>
        new() { Epoch = Fresh(0, now), IsForming = true, ExclusionWait = timings.ExclusionWait };

    /// <summary>What a store that forms learns from the first member, when the wait is over: everything it reads may exist.</summary>
    public static FleetState Found(FleetState forming, long now, ImmutableSortedDictionary<string, ContractDeclaration> first)
    {
        var epoch = Fresh(forming.Epoch, now);
        return forming with
        {
            Epoch = epoch,
            Founded = epoch,
            IsForming = false,
            Contracts = first.ToImmutableSortedDictionary(d => d.Key, d => Founded(d.Value, forming.Credit, epoch), StringComparer.Ordinal),
        };
    }

    /// <summary>
    /// Whether a member remembers something that the store does not know: then it calls <see cref="Merge"/> before it believes the store. The member must not take a forming state for its memory.
    /// </summary>
    /// <param name="store">What the store answered; <see cref="FleetState.None"/> when it has no record.</param>
    /// <param name="witness">The newest state that the member has installed.</param>
    /// <param name="isServing">Whether the member serves and is not past its fence: its memory lags by one wait at most.</param>
    public static bool Lacks(FleetState store, FleetState witness, bool isServing) => ContractMemory.Lacks(store, witness, isServing);

    /// <summary>
    /// Brings a member's memory into a store that lost data or failed over, under an epoch fresher than both. Into a store with no record, or one that forms: it keeps forming, the newest
    /// memory counts. Otherwise A = min, Low = min, High = max.
    /// </summary>
    public static FleetState Merge(FleetState store, FleetState witness, long now, bool isServing) => ContractMemory.Merge(store, witness, now, isServing);

    /// <summary>Takes over a longer <see cref="FleetState.ExclusionWait"/> of a new member; null when nothing is to change.</summary>
    public static FleetState? Adopt(FleetState state, LevelTimings timings, long now) =>
        state.Epoch == 0 || timings.ExclusionWait <= state.ExclusionWait
            ? null
            : state with { Epoch = Fresh(state.Epoch, now), ExclusionWait = timings.ExclusionWait };

    /// <summary>An operator's request, or the reason why it cannot be followed; neither when it has been made already.</summary>
    public static (FleetState? Next, string? Refusal) Request(FleetCensus census, string contract, LevelRequest request) =>
        ContractRequests.Request(census, contract, request);

    /// <summary>Pins or releases a contract, or says why not; neither when it is so already.</summary>
    public static (FleetState? Next, string? Refusal) Pin(FleetCensus census, string contract, bool pinned) => ContractRequests.Pin(census, contract, pinned);

    /// <summary>
    /// Which contracts shut a build out; empty when it may join. The same rule as in <see cref="IFleetStore.BeatAsync"/>: a contract that either side does not know counts as [0, 0].
    /// Against a store with no record, or one that forms, nothing can be held: nobody may serve then who did not before (<see cref="BeatStatus.NoState"/>).
    /// </summary>
    public static ImmutableArray<ContractMismatch> Check(
        FleetState state, ImmutableSortedDictionary<string, ContractDeclaration> declared, bool isReturning)
    {
        if (state.Epoch == 0 || state.IsForming)
        {
            return [];
        }

        ImmutableArray<ContractMismatch>.Builder? found = null;
        foreach (var (name, contract) in state.Contracts)
        {
            // The whole window, not the written level: data of every level in it may be met, and the level may move within it at any time.
            Compare(name, isReturning ? contract.ReturnWindow : contract.JoinWindow, declared.GetValueOrDefault(name, ContractDeclaration.Absent).Supports, ref found);
        }

        foreach (var (name, declaration) in declared)
        {
            if (!state.Contracts.ContainsKey(name))
            {
                Compare(name, LevelRange.Absent, declaration.Supports, ref found);
            }
        }

        return found is null ? [] : found.ToImmutable();

        static void Compare(string name, LevelRange window, LevelRange supports, ref ImmutableArray<ContractMismatch>.Builder? found)
        {
            if (!supports.Covers(window))
            {
                (found ??= ImmutableArray.CreateBuilder<ContractMismatch>()).Add(new ContractMismatch(name, window, supports));
            }
        }
    }

    /// <summary>
    /// An epoch that nobody has seen. Normally the store's clock. Where that is behind (it jumped, or a replica with another clock was promoted) the epochs go on from the last one, and its
    /// part of a second keeps two that were made on either side of a failover from the same past apart.
    /// </summary>
    public static long Fresh(long last, long now) => now > last ? now : last + 1 + (now % 1_000_000);

    public static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static FleetState? EndForming(FleetCensus census, MemberNeeds members, TimeSpan wait)
    {
        // Memories of members that serve are at most one wait old, and the others that serve beat within a renewal: no wait. Without one, members of before may still be serving out of sight, or
        // hold newer memories, until V has passed.
        var state = census.State with { ExclusionWait = wait };
        if (state.Founded == 0 && state.Credit < wait)
        {
            return null;
        }

        var replicated = ContractTransitions.Replicated(wait);
        if (state.Told == 0)
        {
            var founded = Found(state, census.Now, members.First);

            // Like everything that members act on, what has been found lies in the store for a while first: it must not be found a second time, and otherwise, after a failover.
            return replicated == TimeSpan.Zero || founded.Contracts.IsEmpty ? founded : founded with { IsForming = true, Founded = 0, Told = founded.Epoch };
        }

        return state.Contracts.Values.All(c => state.Credit >= c.Since + replicated) ? ContractMemory.Recover(state, census.Now) : null;
    }

    private static ContractState Founded(ContractDeclaration d, TimeSpan credit, long epoch) => new()
    {
        Active = d.Supports.Min,
        Low = d.Supports.Min,
        High = d.Supports.Max,
        PriorLow = d.Supports.Min,
        PriorHigh = d.Supports.Max,
        Mode = d.Supports.Max > d.Supports.Min ? LevelMode.Shrinking : LevelMode.Stable,
        Since = credit,
        Fence = epoch,
        Retention = d.Retention,
        RetainManually = d.RetainManually,
    };
}
