namespace Graceful;

/// <summary>
/// The place that sessions are moved from: each session is one value there, and others, who know nothing of the move, read and write it too. A session goes from open to frozen to closed, never back;
/// as long as it is frozen or closed, what others write over it is not read. Each call is one atomic step on one session and at most one round trip. All members are thread-safe.
/// </summary>
/// <remarks>
/// Failures to reach the store are <see cref="SessionStoreException"/>; whether what was asked was done is then unknown. The texts hold no key: whoever knows one has the session.
/// No call waits longer than its token (<see cref="OperationCanceledException"/>). A token is not used after its call has ended, and what is registered with it does not throw.
/// </remarks>
public interface ISessionBlobStore
{
    /// <summary>Reads a session.</summary>
    /// <param name="key">Where it lies: a secret.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SessionStoreException">The store did not answer.</exception>
    ValueTask<SessionBlob> ReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Replaces a session that is open or absent, if it is as it was read: compared is what it holds. True also when one of the last four writes had the same id.</summary>
    /// <param name="key">Where it lies.</param>
    /// <param name="seen">What was read: open or absent.</param>
    /// <param name="write">What replaces it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SessionStoreException">The store did not answer.</exception>
    ValueTask<bool> TryWriteAsync(string key, SessionBlob seen, SessionBlobWrite write, CancellationToken cancellationToken);

    /// <summary>Freezes an open session, if it is as it was read. From then on nothing prolongs its life.</summary>
    /// <param name="key">Where it lies.</param>
    /// <param name="seen">What was read: open.</param>
    /// <param name="longestLife">It lives no longer than this: what it became elsewhere must outlive it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SessionStoreException">The store did not answer.</exception>
    ValueTask<bool> TryFreezeAsync(string key, SessionBlob seen, TimeSpan longestLife, CancellationToken cancellationToken);

    /// <summary>Closes a session that is open or absent, if it is as it was read.</summary>
    /// <param name="key">Where it lies.</param>
    /// <param name="seen">What was read: open or absent.</param>
    /// <param name="remembrance">How long this is remembered.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SessionStoreException">The store did not answer.</exception>
    ValueTask<bool> TryCloseAsync(string key, SessionBlob seen, TimeSpan remembrance, CancellationToken cancellationToken);

    /// <summary>Closes a session, however it is; one that is absent stays absent.</summary>
    /// <param name="key">Where it lies.</param>
    /// <param name="remembrance">How long this is remembered.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SessionStoreException">The store did not answer.</exception>
    ValueTask CloseAsync(string key, TimeSpan remembrance, CancellationToken cancellationToken);

    /// <summary>Prolongs open sessions by their own idle timeout and a little more; others stay as they are.</summary>
    /// <param name="keys">Where they lie.</param>
    /// <param name="more">Added to the idle timeout.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SessionStoreException">The store did not answer; some may have been prolonged.</exception>
    ValueTask TouchAsync(IReadOnlyCollection<string> keys, TimeSpan more, CancellationToken cancellationToken);
}
