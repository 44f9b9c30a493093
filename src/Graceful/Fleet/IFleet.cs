namespace Graceful;

/// <summary>The instances that run now, this one among them. All members are thread-safe.</summary>
public interface IFleet
{
    /// <summary>The name of the fleet.</summary>
    string Name { get; }

    /// <summary>Names this start of this process; a restart has another.</summary>
    string InstanceId { get; }

    /// <summary>Where this instance stands.</summary>
    FleetStanding Standing { get; }

    /// <summary>Why <see cref="Standing"/> is not <see cref="FleetStanding.Serving"/>, in words for an operator; null while it is.</summary>
    string? Reason { get; }

    /// <summary>How many instances had a lease when the store answered last; 0 before that.</summary>
    int Live { get; }

    /// <summary>Reads the live instances from the store.</summary>
    /// <exception cref="Exception">The store cannot answer; the store's own exception.</exception>
    ValueTask<IReadOnlyList<FleetMember>> GetMembersAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Tells of every live instance, then of every change, until cancelled. Each watcher reads the store every <see cref="FleetOptions.RenewInterval"/>; while the store cannot answer,
    /// nothing is told.
    /// </summary>
    IAsyncEnumerable<FleetChange> WatchAsync(CancellationToken cancellationToken = default);
}

/// <summary>One instance, as it describes itself.</summary>
/// <param name="Id">Names one start of a process.</param>
/// <param name="Version">The version of its build; empty when unknown.</param>
/// <param name="Host">The name of its machine or pod; empty when unknown.</param>
/// <param name="Phase">Its phase when it told last.</param>
/// <param name="Addresses">Where it can be reached (<see cref="FleetOptions.Addresses"/>).</param>
/// <param name="Contracts">The levels that its build supports, by contract.</param>
/// <param name="StartedAt">When it started, by its own clock; null when unknown.</param>
/// <param name="LeaseEnds">When its lease ends unless renewed, by the store's clock.</param>
public sealed record FleetMember(
    string Id,
    string Version,
    string Host,
    InstancePhase Phase,
    IReadOnlyList<string> Addresses,
    IReadOnlyDictionary<string, LevelRange> Contracts,
    DateTimeOffset? StartedAt,
    DateTimeOffset LeaseEnds)
{
    /// <summary>Which ring of keys it uses (<see cref="IKeyRingIdentity"/>); null when unknown. Two instances with different ones may not read each other's cookies.</summary>
    public string? KeyRing { get; init; }
}

/// <summary>What has changed in a fleet.</summary>
/// <param name="Kind">What has happened.</param>
/// <param name="Member">The instance, as last seen.</param>
public sealed record FleetChange(FleetChangeKind Kind, FleetMember Member);

/// <summary>What can happen to an instance.</summary>
public enum FleetChangeKind
{
    /// <summary>It is there.</summary>
    Joined = 0,

    /// <summary>It describes itself differently, by its phase for instance.</summary>
    Changed = 1,

    /// <summary>It has ended its lease, at the end of its drain.</summary>
    Left = 2,

    /// <summary>Its lease has run out: killed, frozen, or cut off from the store.</summary>
    Expired = 3,
}
