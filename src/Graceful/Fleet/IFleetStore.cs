using System.Collections.Immutable;

namespace Graceful;

/// <summary>
/// Where a fleet keeps its leases and its state: three atomic primitives, two reads, and the short form of a renewal. The logic is elsewhere, once (<c>ContractMachine</c>). Implementations are
/// thread-safe and hold to one conformance suite. A store that cannot answer throws; it never guesses.
/// </summary>
public interface IFleetStore
{
    /// <summary>
    /// Renews a lease, or takes one. Atomically: credits the time since the last beat of anybody; ignores a beat older than the last one of the same instance; checks a
    /// newcomer (or one whose lease ran out) against <see cref="ContractState.JoinWindow"/>, or <see cref="ContractState.ReturnWindow"/> when the beat says that it is serving; and hands
    /// out, at most once a second for the whole fleet, the ticket to decide.
    /// </summary>
    /// <exception cref="FormatException">The beat's profile is none (<see cref="ContractProfile"/>): it is never counted.</exception>
    ValueTask<BeatReply> BeatAsync(FleetBeat beat, CancellationToken cancellationToken);

    /// <summary>
    /// Moves the end of a lease that the instance has, never back, and looks at the state's epoch: what is left of a beat that has nothing to say and nothing to hear, for a fleet so large that beats
    /// cost the store too much. Credits no time, gives no ticket, takes no lease (one that has run out may still be moved while nobody has taken a census), and need not be atomic.
    /// </summary>
    /// <param name="id">The instance.</param>
    /// <param name="leaseEnds">The new end, by the store's clock, in microseconds since 1970.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<RenewalReply> RenewAsync(string id, long leaseEnds, CancellationToken cancellationToken);

    /// <summary>Ends a lease, if the instance still has it. Repeating it does nothing.</summary>
    ValueTask LeaveAsync(string id, CancellationToken cancellationToken);

    /// <summary>The state and the live members, taken at one moment and counted by profile: what a decision is made from. Drops what has expired.</summary>
    ValueTask<FleetCensus> TakeCensusAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Puts <paramref name="replacement"/> in the place of the state, if neither the epoch nor the membership has changed since the census; tells the others. False, and nothing
    /// happens, otherwise. <see cref="FleetState.Credit"/> is the store's own and is not written.
    /// </summary>
    /// <exception cref="ArgumentException">The epoch does not grow.</exception>
    ValueTask<bool> TryReplaceAsync(FleetCensus census, FleetState replacement, CancellationToken cancellationToken);

    /// <summary>Every member with a record, live or just expired, for people and for <c>IFleet</c>. Not atomic with anything.</summary>
    ValueTask<IReadOnlyList<FleetRecord>> ReadMembersAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Calls back when the state may have changed, sooner than the next beat would tell. Only an acceleration: it may miss, repeat or never call.
    /// </summary>
    IDisposable OnChanged(Action callback);
}

/// <summary>What an instance tells the store at every renewal.</summary>
/// <param name="Id">Names one process start; never reused, never an address.</param>
/// <param name="Sequence">Grows with every beat of the instance.</param>
/// <param name="Profile">What the build declares, as text (<see cref="ContractProfile"/>): equal for all instances of a build.</param>
/// <param name="Acknowledged">The epoch from before which no operation runs here any more.</param>
/// <param name="KnownEpoch">The epoch whose state the instance has: the reply repeats no state that is known.</param>
/// <param name="IsServing">Whether the instance serves: it has joined before and has not fenced itself.</param>
/// <param name="WantsWithdrawal">Whether a shared dependency of the instance is at fault and it would rather not be ready.</param>
/// <param name="Lease">How long the lease lasts.</param>
/// <param name="Info">What people see of the instance, as JSON; null when unchanged since the last beat that was answered.</param>
public sealed record FleetBeat(
    string Id, long Sequence, string Profile, long Acknowledged, long KnownEpoch, bool IsServing, bool WantsWithdrawal, TimeSpan Lease, string? Info);

/// <summary>What the store answers.</summary>
/// <param name="Status">What became of the lease.</param>
/// <param name="Epoch">The epoch of the state; 0 when the store has no record.</param>
/// <param name="State">The state; null when the instance knows it (<see cref="FleetBeat.KnownEpoch"/>).</param>
/// <param name="Now">The store's clock, in microseconds since 1970.</param>
/// <param name="MayDecide">The ticket: whoever gets it takes a census and decides.</param>
/// <param name="Live">How many leases are live.</param>
/// <param name="WithdrawalRank">How many live instances asked to withdraw before this one; -1 when this one did not ask.</param>
/// <param name="NeedsInfo">Whether the store has no <see cref="FleetBeat.Info"/> of this instance.</param>
public sealed record BeatReply(
    BeatStatus Status, long Epoch, FleetState? State, long Now, bool MayDecide, int Live, int WithdrawalRank, bool NeedsInfo);

/// <summary>What the store answers to the short form of a renewal.</summary>
/// <param name="IsRenewed">Whether there was a lease, and it ends later now. When not, the renewal has failed: beat.</param>
/// <param name="Epoch">The epoch of the state; 0 when the store has no record.</param>
/// <param name="NextTicket">When the next ticket to decide is due, by the store's clock, in microseconds since 1970: whoever is past that beats.</param>
public readonly record struct RenewalReply(bool IsRenewed, long Epoch, long NextTicket);

/// <summary>What became of a beat.</summary>
public enum BeatStatus
{
    /// <summary>The lease is held.</summary>
    Held = 0,

    /// <summary>The lease was refused, or taken away: the build does not cover the window of some contract.</summary>
    Incompatible = 1,

    /// <summary>The store has no record, or is forming one: nobody can be told what may be written yet. The lease is held.</summary>
    NoState = 2,

    /// <summary>The beat was overtaken by a later one of the same instance; it changed nothing.</summary>
    Stale = 3,
}

/// <summary>The state and the live members at one moment.</summary>
/// <param name="State">The state.</param>
/// <param name="Revision">Changes with every join, leave and change of profile.</param>
/// <param name="Now">The store's clock, in microseconds since 1970.</param>
/// <param name="Groups">The live members, by profile.</param>
public sealed record FleetCensus(FleetState State, long Revision, long Now, ImmutableArray<MemberGroup> Groups);

/// <summary>Live members of one profile.</summary>
/// <param name="Profile">What they declare.</param>
/// <param name="Count">How many.</param>
/// <param name="Acknowledged">The lowest epoch that any of them acknowledged.</param>
/// <param name="Slowest">The instance with that epoch, for whoever asks what holds things up.</param>
public sealed record MemberGroup(string Profile, int Count, long Acknowledged, string Slowest);

/// <summary>One member as the store has it.</summary>
/// <param name="Id">The instance.</param>
/// <param name="Profile">What its build declares.</param>
/// <param name="Acknowledged">The epoch it acknowledged.</param>
/// <param name="LeaseEnds">When the lease ends, or ended.</param>
/// <param name="IsLive">Whether the lease is live, by the store's clock.</param>
/// <param name="Info">The JSON of <see cref="FleetBeat.Info"/>; null when the store has none.</param>
public sealed record FleetRecord(string Id, string Profile, long Acknowledged, DateTimeOffset LeaseEnds, bool IsLive, string? Info);
