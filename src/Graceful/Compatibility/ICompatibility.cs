namespace Graceful;

/// <summary>Which level of each contract may be written now. All members are thread-safe.</summary>
public interface ICompatibility
{
    /// <summary>Where the fleet stands with a contract, as this instance knows it. Free of allocation.</summary>
    /// <exception cref="KeyNotFoundException">The contract is not declared.</exception>
    ContractLevel this[string contract] { get; }

    /// <summary>What this build declares, by name.</summary>
    IReadOnlyList<DeclaredContract> Contracts { get; }

    /// <summary>Whether this instance may serve: it covers the levels that may exist, and knows which one to write. Free of allocation.</summary>
    bool IsServing { get; }

    /// <summary>Why <see cref="IsServing"/> is false, in words for an operator; null while it is true.</summary>
    string? NotServingReason { get; }

    /// <summary>
    /// Begins an operation that writes data of a contract, at <see cref="LevelLease.Level"/>. Dispose the result when the data is written; take no longer than
    /// <see cref="FleetOptions.MaxOperation"/>, and never keep the level for the next operation. A few nanoseconds, free of allocation.
    /// </summary>
    /// <exception cref="NotServingException">This instance does not serve.</exception>
    /// <exception cref="KeyNotFoundException">The contract is not declared.</exception>
    LevelLease Enter(string contract);

    /// <summary>Ends as soon as this instance serves.</summary>
    /// <exception cref="OperationCanceledException">Cancelled first.</exception>
    ValueTask WaitUntilServingAsync(CancellationToken cancellationToken = default);

    /// <summary>Tells how each contract stands now, then every change of it and of <see cref="IsServing"/>, until cancelled. Whoever falls far behind misses the oldest.</summary>
    IAsyncEnumerable<CompatibilityChange> WatchAsync(CancellationToken cancellationToken = default);
}

/// <summary>Where the fleet stands with a contract.</summary>
/// <param name="Active">The level that may be written.</param>
/// <param name="Window">Every level that may exist in data.</param>
/// <param name="Epoch">Names the state of the fleet; 0 as long as it is not known.</param>
/// <param name="Mode">What the fleet is waiting for.</param>
public readonly record struct ContractLevel(int Active, LevelRange Window, long Epoch, LevelMode Mode);

/// <summary>What has changed for this instance.</summary>
/// <param name="Contract">The contract.</param>
/// <param name="Level">Where the fleet stands with it.</param>
/// <param name="IsServing">Whether this instance serves.</param>
public sealed record CompatibilityChange(string Contract, ContractLevel Level, bool IsServing);
