using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Graceful;

/// <summary>Before this instance is ready: the ring is read from the store, its first key is made if there is none, and something protected with it can be read.</summary>
internal sealed class KeyRingWarmUp(FleetKeyRing ring, KeyRingWatch watch, IDataProtectionProvider provider, IKeyRingStore? store) : IWarmUpTask
{
    private const int Attempts = 5;

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
        var protector = provider.CreateProtector("Graceful.KeyRing");
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var text = RandomNumberGenerator.GetBytes(16);
            if (!protector.Unprotect(protector.Protect(text)).AsSpan().SequenceEqual(text))
            {
                throw new InvalidOperationException("What was protected could not be read back.");
            }

            if (!await watch.CheckAsync(cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }

        throw new InvalidOperationException("The key ring in the store did not stay the same for a moment.");
    }
}
