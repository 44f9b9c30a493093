using System.Collections.Immutable;

namespace Graceful;

/// <summary>What the fleet's members agree on. Immutable; kept in an <see cref="IFleetStore"/>, replaced as a whole by compare-and-set.</summary>
public sealed record FleetState
{
    /// <summary>No contract, no epoch: a store that has no record.</summary>
    public static readonly FleetState None = new();

    /// <summary>Names this state. Grows with every change, in microseconds of the store's clock or faster; never used twice. 0: no record.</summary>
    public long Epoch { get; init; }

    /// <summary>
    /// Time credited by the store: the sum of the times between beats, each capped (<see cref="MaxCredit"/>), so that neither a jump of the clock nor an outage can pass for time that members
    /// have lived through. Every wait is measured with it.
    /// </summary>
    public TimeSpan Credit { get; init; }

    /// <summary>The longest wait that any member asked for (V): after it, an instance that nobody heard of writes nothing any more.</summary>
    public TimeSpan ExclusionWait { get; init; }

    /// <summary>True from the first beat of a store with no record until <see cref="ExclusionWait"/> has passed: members of before may come back and tell.</summary>
    public bool IsForming { get; init; }

    /// <summary>
    /// The epoch at which this line of states began: when it was founded, or last put together from members' memories after the store had lost its own. Epochs between <see cref="Told"/> and this
    /// one are of a line that was lost: whoever remembers one knows something that this state does not. 0 while forming, until a member that serves has told what it remembers.
    /// </summary>
    public long Founded { get; init; }

    /// <summary>The newest epoch of before <see cref="Founded"/> whose state this one was put together from; 0 for none.</summary>
    public long Told { get; init; }

    /// <summary>The contracts, by name.</summary>
    public ImmutableSortedDictionary<string, ContractState> Contracts { get; init; } = ImmutableSortedDictionary.Create<string, ContractState>(StringComparer.Ordinal);

    /// <summary>The most time that one beat credits.</summary>
    public static readonly TimeSpan MaxCredit = TimeSpan.FromSeconds(5);
}
