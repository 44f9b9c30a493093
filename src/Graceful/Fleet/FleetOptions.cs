namespace Graceful;

/// <summary>This instance's place among the others: its name, its lease, and what it does when it cannot renew it.</summary>
/// <remarks>
/// In Development the times are short (renewed every 0.5 s, lease 2 s, fence 5 s, longest operation 1 s, exclusion 16 s) unless the section sets any of them.
/// </remarks>
public sealed class FleetOptions
{
    /// <summary>The fleet: instances of the same name in the same store see each other. <value>Default: the name of the application.</value></summary>
    /// <remarks>1 to 64 letters, digits, <c>.</c>, <c>_</c> and <c>-</c>. Every instance that shares data with the others must use the same name.</remarks>
    public string? Name { get; set; }

    /// <summary>The version of this build, for people. <value>Default: the informational version of the entry assembly.</value></summary>
    public string? Version { get; set; }

    /// <summary>Where this instance can be reached, for people and tools. <value>Default: none.</value></summary>
    public IList<string> Addresses { get; } = [];

    /// <summary>How often the lease is renewed, ±20 %. <value>Default: 5 seconds.</value></summary>
    public TimeSpan RenewInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a lease lasts without being renewed. At least 3 × <see cref="RenewInterval"/>. <value>Default: 20 seconds.</value></summary>
    /// <remarks>An instance that was killed counts for this long.</remarks>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// F: how long after the sending of the last renewal that was answered this instance trusts what it knows. Longer than <see cref="LeaseDuration"/>.
    /// <value>Default: 45 seconds.</value>
    /// </summary>
    public TimeSpan FenceAfter { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>The longest time between <see cref="ICompatibility.Enter"/> and the end of what was entered for. <value>Default: 15 seconds.</value></summary>
    /// <remarks>Not enforced: an operation that takes longer, in an instance that has lost the store, may write at a level that the fleet believes gone.</remarks>
    public TimeSpan MaxOperation { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// V: after it, an instance that nobody heard of writes nothing any more. At least <see cref="FenceAfter"/> + <see cref="MaxOperation"/> + 10 seconds.
    /// <value>Default: 70 seconds.</value>
    /// </summary>
    /// <remarks>Kept in the store: the longest of all members counts.</remarks>
    public TimeSpan ExclusionWait { get; set; } = TimeSpan.FromSeconds(70);

    /// <summary>
    /// How long a store with no record waits for members of before to come back and tell what they know. <value>Default: null, which is <see cref="ExclusionWait"/>; 0 in Development and
    /// with the store that lives in this process.</value>
    /// </summary>
    /// <remarks>Shorter only where no data outlives the store: a build that knows nothing of before decides what may be written.</remarks>
    public TimeSpan? FormingWait { get; set; }

    /// <summary>What happens when the store has not answered for <see cref="FenceAfter"/>. <value>Default: <see cref="Isolation.FailOpen"/>.</value></summary>
    public Isolation Isolation { get; set; }

    /// <summary>
    /// The share of live instances, above 0 and at most 1, that a fault of a shared dependency (<see cref="DependencyClass.Shared"/>) leaves ready.
    /// <value>Default: 0.5.</value>
    /// </summary>
    public double MinReadyShare { get; set; } = 0.5;
}

/// <summary>What an instance does that has lost the store for longer than <see cref="FleetOptions.FenceAfter"/>.</summary>
public enum Isolation
{
    /// <summary>
    /// Goes on at the levels it knows, degraded. An outage of the store is then no outage of the fleet; the price: what it writes may be unreadable to a build that joins meanwhile.
    /// </summary>
    FailOpen = 0,

    /// <summary>Stops serving and is not ready until the store answers again: every guarantee holds, and an outage of the store becomes one of the fleet.</summary>
    Strict = 1,
}
