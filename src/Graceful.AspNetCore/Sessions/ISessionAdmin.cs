namespace Graceful;

/// <summary>The sessions of a user, as far as <c>BindUser</c> noted them. All members are thread-safe.</summary>
public interface ISessionAdmin
{
    /// <summary>The sessions noted for a user. Some of them may have ended by themselves.</summary>
    /// <exception cref="SessionStoreException">The store did not answer.</exception>
    ValueTask<IReadOnlyList<SessionHandle>> ListAsync(string user, CancellationToken cancellationToken = default);

    /// <summary>Ends a session: what requests with it write from now on is lost. True when it was there.</summary>
    /// <exception cref="SessionStoreException">The store did not answer.</exception>
    ValueTask<bool> KillAsync(SessionHandle session, CancellationToken cancellationToken = default);

    /// <summary>Ends all of a user's sessions. How many were there.</summary>
    /// <exception cref="SessionStoreException">The store did not answer; some may have been ended.</exception>
    ValueTask<int> KillAllAsync(string user, CancellationToken cancellationToken = default);
}
