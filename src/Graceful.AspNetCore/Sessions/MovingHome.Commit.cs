namespace Graceful;

/// <summary>A commit that was sent, and what became of it.</summary>
/// <param name="Commit">What was sent.</param>
/// <param name="Result">The answer.</param>
/// <param name="After">All of the session, where a commit stores all of it; otherwise null.</param>
internal readonly record struct SessionStored(SessionCommit Commit, SessionCommitResult Result, SessionState? After = null);

/// <summary>Storing a session where it lies now.</summary>
internal sealed partial class MovingHome
{
    /// <param name="session">The session.</param>
    /// <param name="level">What may be written.</param>
    /// <param name="make">Makes the commit: for the place that sessions are moved from, or not. May be called several times, and always makes the same.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<SessionStored> CommitAsync(SessionAddress session, int level, Func<bool, SessionCommit> make, CancellationToken cancellationToken)
    {
        var moves = level >= mover.Move.Level;
        if (_moved == session.Handle || (session.IsNew && moves))
        {
            return await CommitEntriesAsync(session, make, cancellationToken).ConfigureAwait(false);
        }

        // Read anew, whatever was loaded: a session may have been moved or ended since, and what is expected of the old place must not be older than this commit.
        var isNew = session.IsNew;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var found = isNew ? new Found(None, default) : await FindAsync(session, [], moves, cancellationToken).ConfigureAwait(false);
            isNew = false;
            if (found.State.HasEnded)
            {
                return new SessionStored(make(false), new SessionCommitResult(SessionCommitOutcome.Ended, 0, 0));
            }

            if (found.State.Exists || found.Blob.State == SessionBlobState.Closed)
            {
                return await CommitEntriesAsync(session, make, cancellationToken).ConfigureAwait(false);
            }

            if (moves)
            {
                // Nothing is anywhere: the old place is shut before anything is in the new one, for whoever still writes there.
                if (await mover.Blobs.TryCloseAsync(mover.Move.KeyOf(session), found.Blob, mover.Remembrance, cancellationToken).ConfigureAwait(false))
                {
                    return await CommitEntriesAsync(session, make, cancellationToken).ConfigureAwait(false);
                }
            }
            else if (await TryCommitBlobAsync(session, found, make(true), cancellationToken).ConfigureAwait(false) is { } stored)
            {
                return stored;
            }
        }

        throw Crowded();
    }

    private async ValueTask<SessionStored> CommitEntriesAsync(SessionAddress session, Func<bool, SessionCommit> make, CancellationToken cancellationToken)
    {
        var commit = make(false);
        var result = await mover.Store.CommitAsync(session.Handle, commit, cancellationToken).ConfigureAwait(false);
        if (result.Outcome == SessionCommitOutcome.Committed)
        {
            (_moved, _loaded) = (session.Handle, default);
        }

        return new SessionStored(commit, result);
    }

    /// <returns>Null when somebody was faster.</returns>
    private async ValueTask<SessionStored?> TryCommitBlobAsync(SessionAddress session, Found found, SessionCommit commit, CancellationToken cancellationToken)
    {
        if (found.Format is null && commit.Generation > 0)
        {
            // What was loaded and is not there any more is not begun anew with what is left of it.
            return new SessionStored(commit, new SessionCommitResult(SessionCommitOutcome.Ended, 0, 0));
        }

        var format = found.Format ?? DistributedSessionFormat.Empty();
        if (!BlobEntries.TryApply(commit, format))
        {
            return new SessionStored(commit, new SessionCommitResult(SessionCommitOutcome.Conflict, 0, 0));
        }

        var data = format.Write();
        if (!await mover.Blobs.TryWriteAsync(mover.Move.KeyOf(session), found.Blob, WriteOf(commit, data), cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        // The revision is of these bytes: a rotation that finds others there reads again.
        _loaded = default;
        var after = mover.Entries.Read(session.Handle, data, format, null);
        return new SessionStored(commit, new SessionCommitResult(SessionCommitOutcome.Committed, after.Revision, after.Generation), after);
    }
}
