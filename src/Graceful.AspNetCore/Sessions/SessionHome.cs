namespace Graceful;

/// <summary>Where the session of a request lies.</summary>
internal abstract class SessionHome
{
    public abstract ValueTask<SessionState> LoadAsync(SessionAddress session, IReadOnlyCollection<string>? names, CancellationToken cancellationToken);

    /// <summary>Writes what was loaded last under a new key, where it lies under the old one; instead of what a try before wrote there.</summary>
    public abstract ValueTask<SessionState> CopyAsync(SessionAddress to, SessionCommit commit, CancellationToken cancellationToken);

    /// <summary>Ends a session if it is as it was loaded last.</summary>
    public abstract ValueTask<bool> TryEndAsync(SessionAddress session, long revision, TimeSpan remembrance, CancellationToken cancellationToken);

    public abstract ValueTask EndAsync(SessionAddress session, TimeSpan remembrance, CancellationToken cancellationToken);

    /// <summary>Where else than in the store of entries the session may have to be prolonged; null for nowhere.</summary>
    public virtual string? OldPlaceOf(SessionAddress session) => null;

    protected static SessionState StateOf(SessionCommit commit, SessionCommitResult result) => new()
    {
        Exists = true,
        Revision = result.Revision,
        Generation = result.Generation,
        Entries = commit.Set.ToDictionary(e => e.Key, e => new SessionEntry(result.Revision, e.Value)),
    };
}

/// <summary>In the store of entries, as nearly all.</summary>
internal sealed class EntryHome(GuardedSessionStore store) : SessionHome
{
    public override ValueTask<SessionState> LoadAsync(SessionAddress session, IReadOnlyCollection<string>? names, CancellationToken cancellationToken) =>
        store.LoadAsync(session.Handle, names, cancellationToken);

    public override async ValueTask<SessionState> CopyAsync(SessionAddress to, SessionCommit commit, CancellationToken cancellationToken) =>
        StateOf(commit, await store.CommitAsync(to.Handle, commit, cancellationToken).ConfigureAwait(false));

    public override ValueTask<bool> TryEndAsync(SessionAddress session, long revision, TimeSpan remembrance, CancellationToken cancellationToken) =>
        store.TryEndAsync(session.Handle, revision, remembrance, cancellationToken);

    public override async ValueTask EndAsync(SessionAddress session, TimeSpan remembrance, CancellationToken cancellationToken) =>
        await store.EndAsync(session.Handle, remembrance, cancellationToken).ConfigureAwait(false);
}
