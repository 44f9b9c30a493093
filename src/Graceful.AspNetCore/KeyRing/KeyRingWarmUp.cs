namespace Graceful;

/// <summary>Before this instance is ready: the ring is read from the store, its first key is made if there is none, and something protected with it can be read.</summary>
internal sealed class KeyRingWarmUp(FleetKeyRing ring, KeyRingWatch watch, IKeyRingStore? store) : IWarmUpTask
{
    public string Name => "key-ring";

    /// <summary>Before those that may protect something themselves.</summary>
    public int Order => -100;

    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        if (ring.Repository is null || store is null)
        {
            return;
        }

        // First without Data Protection, whose errors only wrap the reason.
        await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await watch.SettleAsync(cancellationToken).ConfigureAwait(false);
    }
}
