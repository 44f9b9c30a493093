namespace Graceful;

/// <summary>Where the fleet stands with one contract. Immutable; only <c>ContractMachine</c> makes the next one.</summary>
/// <remarks>
/// <c>Low ≤ Active ≤ High</c>: <see cref="Active"/> is the level that may be written, [<see cref="Low"/>, <see cref="High"/>] covers every level that may still exist in
/// data. <see cref="PriorLow"/> and <see cref="PriorHigh"/> remember an edge that has been narrowed a moment ago: a store that fails over may lose the narrowing, so joins
/// are held against the wider one until it has surely been replicated.
/// </remarks>
public sealed record ContractState
{
    /// <summary>The level that may be written.</summary>
    public required int Active { get; init; }

    /// <summary>The lowest level that may still exist in data.</summary>
    public required int Low { get; init; }

    /// <summary>The highest level that may exist in data, or soon will.</summary>
    public required int High { get; init; }

    /// <summary>The low edge before it was narrowed; equal to <see cref="Low"/> when that is long ago.</summary>
    public required int PriorLow { get; init; }

    /// <summary>The high edge before it was narrowed; equal to <see cref="High"/> when that is long ago.</summary>
    public required int PriorHigh { get; init; }

    /// <summary>What the fleet is waiting for.</summary>
    public LevelMode Mode { get; init; }

    /// <summary>The store's credited time (<see cref="FleetState.Credit"/>) when the mode was entered, or its second part began (<see cref="Fence"/> 0).</summary>
    public TimeSpan Since { get; init; }

    /// <summary>The epoch that every member must have acknowledged before the mode can end; 0 for none, or when they have and only the retention is left to wait for.</summary>
    public long Fence { get; init; }

    /// <summary>Whether an operator holds the level where it is.</summary>
    public bool Pinned { get; init; }

    /// <summary>The retention to wait for, taken from the members when the written level last changed.</summary>
    public TimeSpan Retention { get; init; }

    /// <summary>Whether the wait for the retention ends only when an operator says so.</summary>
    public bool RetainManually { get; init; }

    /// <summary>What an operator asked for and has not happened yet.</summary>
    public LevelRequest Request { get; init; }

    /// <summary>What a joining instance must cover.</summary>
    public LevelRange JoinWindow => new(Math.Min(Low, PriorLow), Math.Max(High, PriorHigh));

    /// <summary>
    /// What an instance must cover that was a member a moment ago and is unknown now (its record was lost, or its lease ran out while it was cut off): all of the window, but not an edge that
    /// has been narrowed. It was let in when that was narrow; if the store has forgotten so, that is no reason to throw it out.
    /// </summary>
    public LevelRange ReturnWindow => new(Low, High);
}

/// <summary>What the fleet is waiting for with a contract.</summary>
public enum LevelMode
{
    /// <summary>Nothing: the window is the active level.</summary>
    Stable = 0,

    /// <summary>Every member can read the next level; the bake time runs. Nothing has changed yet.</summary>
    Baking = 1,

    /// <summary>The next level is fenced in (<c>High = Active + 1</c>): nobody may join who cannot read it. Soon it is written.</summary>
    Raising = 2,

    /// <summary>The new level is written; data of the level before it may still exist.</summary>
    Settling = 3,

    /// <summary>A raise was called off before anything was written at the new level; the fence is being taken down.</summary>
    Cancelling = 4,

    /// <summary>The level below is fenced in (<c>Low = Active − 1</c>), to be written again.</summary>
    Lowering = 5,

    /// <summary>A lower level is written again; data of the level above it may still exist.</summary>
    Shrinking = 6,

    /// <summary>The window has been narrowed; the store's replicas have to learn of it.</summary>
    Confirming = 7,

    /// <summary>
    /// The written level is about to change, up to <c>High</c> or down to <c>Low</c>, and the store's replicas have to learn that: whatever comes after this mode, and is lost by a failover,
    /// falls back to a state that takes the other level for written.
    /// </summary>
    Committing = 8,
}

/// <summary>What an operator asked of a contract.</summary>
public enum LevelRequest
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Raise the level now, without the bake time.</summary>
    Activate = 1,

    /// <summary>Call off a raise whose level is not written yet.</summary>
    Cancel = 2,

    /// <summary>Go back by one level.</summary>
    Retreat = 3,

    /// <summary>Data outside the active level is gone: end the retention.</summary>
    Retire = 4,
}
