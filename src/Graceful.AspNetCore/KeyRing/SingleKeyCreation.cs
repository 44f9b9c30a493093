using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace Graceful;

/// <summary>
/// What Data Protection's ring provider sees as the keys: when it wants one made (the first, or the next before the last expires), one instance of the fleet makes it, under the store's lease, and
/// the others take that one.
/// </summary>
/// <remarks>The application's own <see cref="IKeyManager"/> is not touched: who asks it for a key gets a new one.</remarks>
internal sealed class SingleKeyCreation(IKeyManager keys, RingRepository repository, IKeyRingStore store, RingChange change, TimeProvider time) : IKeyManager
{
    /// <summary>Making a key takes milliseconds; an instance that died in between is waited for so long.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Data Protection's own allowance for clocks that differ.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    /// <summary>Data Protection makes the next key when the last has less than this left: its refresh period and its propagation window.</summary>
    private static readonly TimeSpan Needed = TimeSpan.FromDays(3);

    public IKey CreateNewKey(DateTimeOffset activationDate, DateTimeOffset expirationDate) =>
        Task.Run(() => CreateOrTakeAsync(activationDate, expirationDate)).GetAwaiter().GetResult();

    public IReadOnlyCollection<IKey> GetAllKeys() => keys.GetAllKeys();

    public void RevokeKey(Guid keyId, string? reason = null) => keys.RevokeKey(keyId, reason);

    public void RevokeAllKeys(DateTimeOffset revocationDate, string? reason = null) => keys.RevokeAllKeys(revocationDate, reason);

    /// <summary>The ring is read again when the application revokes a key, and when the store's ring is another.</summary>
    public CancellationToken GetCacheExpirationToken() => change.TokenWith(keys.GetCacheExpirationToken());

    private async Task<IKey> CreateOrTakeAsync(DateTimeOffset activationDate, DateTimeOffset expirationDate)
    {
        var token = Guid.NewGuid().ToString("N");
        using var limit = new CancellationTokenSource(Patience, time);
        try
        {
            while (!await store.TryAcquireLeaseAsync(token, Lease, limit.Token).ConfigureAwait(false))
            {
                await Task.Delay(Pause, time, limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"No key was made: the lease for it was not to be had within {Patience.TotalSeconds:0} s.");
        }

        try
        {
            using (repository.Under(token))
            {
                return Made(activationDate) ?? keys.CreateNewKey(activationDate, expirationDate);
            }
        }
        finally
        {
            await ReleaseAsync(token).ConfigureAwait(false);
        }
    }

    /// <summary>A key that another instance made for the same purpose, since this one read the ring.</summary>
    private IKey? Made(DateTimeOffset activationDate)
    {
        var enough = time.GetUtcNow() + Needed;
        var made = keys.GetAllKeys()
            .Where(k => !k.IsRevoked && k.ActivationDate <= activationDate + Skew && k.ExpirationDate > activationDate && k.ExpirationDate > enough)
            .OrderBy(k => k.ActivationDate).ThenBy(k => k.KeyId).FirstOrDefault();
        if (made is null || IsUsable(made))
        {
            return made;
        }

        // Another key would make matters worse: the others could read no cookie of this instance.
        throw new InvalidOperationException(
            $"The fleet's key {made.KeyId} cannot be used by this instance, most likely because the certificate or key that protects it is missing here. No other key is made: the instances would no " +
            "longer read each other's cookies. Give this instance what the others have (UnprotectKeysWithAnyCertificate for an older certificate), or revoke the key.");
    }

    private static bool IsUsable(IKey key)
    {
        try
        {
            return key.CreateEncryptor() is not null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Data Protection has logged it, and its texts are not ours to repeat.
            return false;
        }
    }

    private async Task ReleaseAsync(string token)
    {
        try
        {
            using var limit = new CancellationTokenSource(Lease, time);
            await store.ReleaseLeaseAsync(token, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // It runs out by itself.
        }
    }
}
