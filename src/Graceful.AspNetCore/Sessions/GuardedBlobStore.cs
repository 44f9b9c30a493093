namespace Graceful;

/// <summary>The place that sessions are moved from, with the limits of the store that they are moved to: one that hangs is mostly both.</summary>
internal sealed class GuardedBlobStore(GuardedSessionStore guard, ISessionStateStore entries, ISessionBlobStore? blobs = null)
{
    /// <summary>Whether there is such a place.</summary>
    public bool IsThere => blobs is not null;

    private ISessionBlobStore Blobs => blobs ?? throw new InvalidOperationException("There is no place that sessions could be moved from.");

    /// <summary>Both places at once, in one round trip where one connection leads to both.</summary>
    public async ValueTask<(SessionState State, SessionBlob Blob)> ReadBothAsync(SessionHandle session, string key, IReadOnlyCollection<string>? names, CancellationToken cancellationToken) =>
        await guard.CallAsync("load", 2, async token =>
        {
            var (state, blob) = (entries.LoadAsync(session, names, token).AsTask(), Blobs.ReadAsync(key, token).AsTask());
            await Task.WhenAll(state, blob).ConfigureAwait(false);
            return (await state.ConfigureAwait(false), await blob.ConfigureAwait(false));
        }, cancellationToken).ConfigureAwait(false);

    public async ValueTask<SessionBlob> ReadAsync(string key, CancellationToken cancellationToken) =>
        await guard.CallAsync("load", 2, token => Blobs.ReadAsync(key, token), cancellationToken).ConfigureAwait(false);

    /// <summary>A second time when the first was not answered: the id makes it count once.</summary>
    public async ValueTask<bool> TryWriteAsync(string key, SessionBlob seen, SessionBlobWrite write, CancellationToken cancellationToken) =>
        await guard.CallAsync("commit", 2, token => Blobs.TryWriteAsync(key, seen, write, token), cancellationToken).ConfigureAwait(false);

    public async ValueTask<bool> TryFreezeAsync(string key, SessionBlob seen, TimeSpan longestLife, CancellationToken cancellationToken) =>
        await guard.CallAsync("move", 1, token => Blobs.TryFreezeAsync(key, seen, longestLife, token), cancellationToken).ConfigureAwait(false);

    public async ValueTask<bool> TryCloseAsync(string key, SessionBlob seen, TimeSpan remembrance, CancellationToken cancellationToken) =>
        await guard.CallAsync("move", 1, token => Blobs.TryCloseAsync(key, seen, remembrance, token), cancellationToken).ConfigureAwait(false);

    public async ValueTask CloseAsync(string key, TimeSpan remembrance, CancellationToken cancellationToken) =>
        await guard.CallAsync("move", 2, token => GuardedSessionStore.Answered(Blobs.CloseAsync(key, remembrance, token)), cancellationToken).ConfigureAwait(false);

    public async ValueTask TouchAsync(IReadOnlyCollection<string> keys, TimeSpan more, CancellationToken cancellationToken) =>
        await guard.CallAsync("touch", 1, token => GuardedSessionStore.Answered(Blobs.TouchAsync(keys, more, token)), cancellationToken).ConfigureAwait(false);
}
