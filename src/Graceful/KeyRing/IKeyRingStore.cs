namespace Graceful;

/// <summary>
/// Where the instances of a fleet keep the keys of Data Protection, outside the process. What an element holds is opaque to the store, and secret: it stands in no log and no error. All members are
/// thread-safe.
/// </summary>
/// <remarks>An implementation must pass the conformance suite of the repository (<c>KeyRingStoreConformance</c>). A store that cannot be reached throws; its texts hold no secret.</remarks>
public interface IKeyRingStore
{
    /// <summary>Reads every element that was added and not removed, in no particular order. Never from a replica that may be behind.</summary>
    ValueTask<IReadOnlyList<KeyRingElement>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Adds an element. What has the name already stays as it is; adding the same again changes nothing and is <see cref="KeyRingAddition.Added"/>.</summary>
    /// <param name="element">The element; its content is not empty.</param>
    /// <param name="lease">The token of a lease that must be held for it, checked in the same step; null for none.</param>
    /// <param name="cancellationToken">Ends the wait; the element may have been added.</param>
    ValueTask<KeyRingAddition> AddAsync(KeyRingElement element, string? lease, CancellationToken cancellationToken);

    /// <summary>Removes an element for good: its name is not given again. True when it was there.</summary>
    ValueTask<bool> RemoveAsync(string name, CancellationToken cancellationToken);

    /// <summary>Takes the one lease under which keys are created, unless another token holds it; the holder prolongs it.</summary>
    /// <param name="token">Whoever takes it, never used by anybody else.</param>
    /// <param name="duration">How long it lasts when it is not released; above zero, by the store's clock.</param>
    /// <param name="cancellationToken">Ends the wait; the lease may have been taken.</param>
    ValueTask<bool> TryAcquireLeaseAsync(string token, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Gives the lease back, if the token still holds it.</summary>
    ValueTask ReleaseLeaseAsync(string token, CancellationToken cancellationToken);
}
