namespace Graceful;

/// <summary>
/// Where the session of a request lies while sessions are moved from ASP.NET Core's own session. One place at a time: what is open in the old place is not in the store of entries, because everybody who
/// writes a session there that others may know has frozen or closed the old place first. A session that has moved is followed at any level.
/// </summary>
internal sealed partial class MovingHome(SessionMover mover) : SessionHome
{
    /// <summary>As many who are faster as there will hardly be: each time one of them wins.</summary>
    private const int Attempts = 200;

    private static readonly SessionState None = new();

    /// <summary>Known to lie in the store of entries: from there none goes back.</summary>
    private SessionHandle _moved;

    /// <summary>What was loaded last, when it was loaded from the old place.</summary>
    private (SessionHandle Session, SessionBlob Blob) _loaded;

    private bool _hasCopied;

    public override async ValueTask<SessionState> LoadAsync(SessionAddress session, IReadOnlyCollection<string>? names, CancellationToken cancellationToken)
    {
        if (_moved == session.Handle)
        {
            return await mover.Store.LoadAsync(session.Handle, names, cancellationToken).ConfigureAwait(false);
        }

        using var lease = mover.Enter(out var moves);
        var found = await FindAsync(session, names, moves, cancellationToken).ConfigureAwait(false);
        _loaded = found.Format is null ? default : (session.Handle, found.Blob);
        return found.Format is null ? found.State : mover.Entries.Read(session.Handle, found.Blob.Data, found.Format, names);
    }

    public override async ValueTask<SessionState> CopyAsync(SessionAddress to, SessionCommit commit, CancellationToken cancellationToken)
    {
        var key = mover.Move.KeyOf(to);
        if (_loaded.Session == default)
        {
            if (_hasCopied)
            {
                // It has moved since a try before, whose copy nobody knows.
                await mover.Blobs.CloseAsync(key, mover.Remembrance, cancellationToken).ConfigureAwait(false);
            }

            return StateOf(commit, await mover.Store.CommitAsync(to.Handle, commit, cancellationToken).ConfigureAwait(false));
        }

        _hasCopied = true;
        var format = DistributedSessionFormat.Empty();
        BlobEntries.TryApply(commit, format);
        var data = format.Write();
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var seen = await mover.Blobs.ReadAsync(key, cancellationToken).ConfigureAwait(false);
            if (await mover.Blobs.TryWriteAsync(key, seen, WriteOf(commit, data), cancellationToken).ConfigureAwait(false))
            {
                return mover.Entries.Read(to.Handle, data, format, null);
            }
        }

        throw Crowded();
    }

    public override async ValueTask<bool> TryEndAsync(SessionAddress session, long revision, TimeSpan remembrance, CancellationToken cancellationToken)
    {
        if (_loaded.Session != session.Handle)
        {
            return await mover.Store.TryEndAsync(session.Handle, revision, remembrance, cancellationToken).ConfigureAwait(false);
        }

        if (!await mover.Blobs.TryCloseAsync(mover.Move.KeyOf(session), _loaded.Blob, remembrance, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        // For writers that have read nothing.
        await mover.Store.EndAsync(session.Handle, remembrance, cancellationToken).ConfigureAwait(false);
        return true;
    }

    public override async ValueTask EndAsync(SessionAddress session, TimeSpan remembrance, CancellationToken cancellationToken)
    {
        // The old place first: a crash in between leaves nothing that could be moved. What is on its way meets the end in the new place.
        await mover.Blobs.CloseAsync(mover.Move.KeyOf(session), remembrance, cancellationToken).ConfigureAwait(false);
        await mover.Store.EndAsync(session.Handle, remembrance, cancellationToken).ConfigureAwait(false);
    }

    public override string? OldPlaceOf(SessionAddress session) => _moved == session.Handle ? null : mover.Move.KeyOf(session);

    /// <summary>Where the session lies, after what others had begun and left was completed.</summary>
    private async ValueTask<Found> FindAsync(SessionAddress session, IReadOnlyCollection<string>? names, bool moves, CancellationToken cancellationToken)
    {
        var wasClosed = false;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var (state, blob) = await mover.ReadAsync(session, names, moves, cancellationToken).ConfigureAwait(false);
            if (state.Exists)
            {
                _moved = session.Handle;
                return new Found(state, blob);
            }

            if (state.HasEnded)
            {
                // Ended by its handle, by somebody who did not know the key.
                if (blob.State is SessionBlobState.Open or SessionBlobState.Frozen)
                {
                    await mover.Blobs.CloseAsync(mover.Move.KeyOf(session), mover.Remembrance, cancellationToken).ConfigureAwait(false);
                }

                return new Found(state, blob);
            }

            switch (blob.State)
            {
                case SessionBlobState.Absent:
                case SessionBlobState.Closed when wasClosed:
                    return new Found(None, blob);
                case SessionBlobState.Closed:
                    // The store of entries may have been read before the session arrived there: once more, and it is there or gone.
                    wasClosed = true;
                    break;
                case SessionBlobState.Frozen:
                    await mover.ImportAsync(session, blob.Data, cancellationToken).ConfigureAwait(false);
                    break;
                case SessionBlobState.Open:
                    if (!DistributedSessionFormat.TryRead(blob.Data, out var format))
                    {
                        throw mover.Unreadable(session);
                    }

                    if (!moves)
                    {
                        return new Found(None, blob, format);
                    }

                    if (await mover.TryFreezeAsync(session, blob, cancellationToken).ConfigureAwait(false))
                    {
                        await mover.ImportAsync(session, blob.Data, cancellationToken).ConfigureAwait(false);
                    }

                    break;
            }
        }

        throw Crowded();
    }

    private SessionBlobWrite WriteOf(SessionCommit commit, byte[] data) => new(commit.Id, data, mover.IdleTimeout, mover.TimeToLive);

    private static InvalidOperationException Crowded() => new($"The session was changed by others {Attempts} times while this request looked for it or stored it.");

    /// <param name="State">As the store of entries has it.</param>
    /// <param name="Blob">As the old place has it.</param>
    /// <param name="Format">What it holds, when it lies in the old place and is not moved; otherwise null.</param>
    private readonly record struct Found(SessionState State, SessionBlob Blob, DistributedSessionFormat? Format = null);
}
