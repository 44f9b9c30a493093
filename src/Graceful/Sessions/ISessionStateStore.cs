namespace Graceful;

/// <summary>
/// Where sessions lie, outside the process. Each call is one atomic step on one session and at most one round trip; what an entry holds is opaque to the store. All members are thread-safe.
/// </summary>
/// <remarks>
/// An implementation must pass the conformance suite of the repository (<c>SessionStateStoreTests</c>). Failures to reach the store are <see cref="SessionStoreException"/>; whether a commit that ended
/// so was applied is unknown, and it may be sent again with the same <see cref="SessionCommit.Id"/>. The same holds for one whose token was cancelled (<see cref="OperationCanceledException"/>): no call
/// waits longer than its token, and what was sent is not called back. A token is not used after its call has ended, and what is registered with it does not throw.
/// As every <see cref="ValueTask"/>, what a call returns is awaited once, and not waited for in another way.
/// </remarks>
public interface ISessionStateStore
{
    /// <summary>
    /// Whether every call ends as soon as its token is cancelled, whatever hangs behind it. Where it does not say so (the default: false), requests do not rely on it: somebody waits beside each call, which
    /// costs a few hundred bytes.
    /// </summary>
    bool EndsWithToken => false;

    /// <summary>Reads a session.</summary>
    /// <param name="session">The session.</param>
    /// <param name="names">The entries to read; null for all of them. What is not named is not transferred.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SessionStoreException">The store did not answer.</exception>
    ValueTask<SessionState> LoadAsync(SessionHandle session, IReadOnlyCollection<string>? names, CancellationToken cancellationToken);

    /// <summary>Applies all of a commit, or nothing. Entries that it does not name stay as they are.</summary>
    /// <exception cref="SessionStoreException">The store did not answer; whether the commit was applied is unknown.</exception>
    ValueTask<SessionCommitResult> CommitAsync(SessionHandle session, SessionCommit commit, CancellationToken cancellationToken);

    /// <summary>Prolongs sessions that exist; others stay as they are, and what has ended stays ended. Never shortens a life but to its absolute end.</summary>
    /// <exception cref="SessionStoreException">The store did not answer; some may have been prolonged.</exception>
    ValueTask TouchAsync(IReadOnlyCollection<SessionTouch> touches, CancellationToken cancellationToken);

    /// <summary>
    /// Ends a session: its entries are gone, and for <paramref name="remembrance"/> no commit brings it back. True when it was there and had not ended.
    /// </summary>
    /// <exception cref="SessionStoreException">The store did not answer.</exception>
    ValueTask<bool> EndAsync(SessionHandle session, TimeSpan remembrance, CancellationToken cancellationToken);

    /// <summary>
    /// As <see cref="EndAsync"/>, if the session is as it was read: for who takes its entries elsewhere. False, and nothing happens, when it has another revision, has ended or is not there.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="revision">The <see cref="SessionState.Revision"/> that was read.</param>
    /// <param name="remembrance">How long no commit brings it back.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SessionStoreException">The store did not answer.</exception>
    ValueTask<bool> TryEndAsync(SessionHandle session, long revision, TimeSpan remembrance, CancellationToken cancellationToken);

    /// <summary>Notes that a session is a user's, for <see cref="ListAsync"/>; again to prolong the note.</summary>
    /// <param name="user">The application's own name of the user.</param>
    /// <param name="session">The session.</param>
    /// <param name="timeToLive">How long the note is kept.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SessionStoreException">The store did not answer.</exception>
    ValueTask BindAsync(string user, SessionHandle session, TimeSpan timeToLive, CancellationToken cancellationToken);

    /// <summary>Forgets the note.</summary>
    /// <exception cref="SessionStoreException">The store did not answer.</exception>
    ValueTask UnbindAsync(string user, SessionHandle session, CancellationToken cancellationToken);

    /// <summary>The sessions noted for a user whose notes have not expired. Some of them may have ended.</summary>
    /// <exception cref="SessionStoreException">The store did not answer.</exception>
    ValueTask<IReadOnlyList<SessionHandle>> ListAsync(string user, CancellationToken cancellationToken);
}
