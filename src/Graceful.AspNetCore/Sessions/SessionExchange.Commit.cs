using System.Buffers.Text;
using System.Security.Cryptography;

namespace Graceful;

/// <summary>Storing what is pending.</summary>
internal sealed partial class SessionExchange
{
    /// <summary>Stores what is pending.</summary>
    public ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        if (parts.Levels is null && Document.Unseen() is { Count: > 0 } unseen)
        {
            return SendSeenAsync(unseen, cancellationToken);
        }

        return Document.IsDirty ? new(SendAsync(null, cancellationToken).AsTask()) : ValueTask.CompletedTask;
    }

    /// <summary>Stores what is pending if an entry still has the revision.</summary>
    /// <returns>False when it has another: nothing was stored.</returns>
    public async ValueTask<bool> SwapAsync(string name, long revision, CancellationToken cancellationToken) =>
        await SendAsync(new Dictionary<string, long> { [name] = revision }, cancellationToken).ConfigureAwait(false) switch
        {
            SessionCommitOutcome.Committed => true,
            SessionCommitOutcome.Conflict => false,
            _ => throw new InvalidOperationException($"The session entry '{name}' was not updated: the session was cleared or has ended."),
        };

    /// <summary>96 random bits, for a session that knows its last four.</summary>
    public static string NewId()
    {
        Span<byte> random = stackalloc byte[12];
        RandomNumberGenerator.Fill(random);
        return Base64Url.EncodeToString(random);
    }

    public SessionCommit NewCommit(
        string id, bool clear, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> set, IReadOnlyCollection<string> remove, IReadOnlyDictionary<string, long> expect) => new(id, TimeToLive)
    {
        Clear = clear,
        Set = set,
        Remove = remove,
        Expect = expect,
        AbsoluteTimeToLive = parts.Options.AbsoluteTimeout,
        Generation = Document.State is { Exists: true } state ? state.Generation : null,
        Elapsed = parts.Time.GetElapsedTime(_begun),
    };

    private async ValueTask<SessionCommitOutcome> SendAsync(Dictionary<string, long>? expect, CancellationToken cancellationToken)
    {
        if (_userToBind is { } user)
        {
            // First: a session that is not noted could not be ended by its user's name, a note without a session does no harm.
            await NoteAsync(user, Handle, cancellationToken).ConfigureAwait(false);
            _userToBind = null;
        }

        // Held until the store has acknowledged: as long as this is under way, the level is not believed gone.
        using var lease = EnterLevel();
        var level = parts.Levels is null ? int.MaxValue : lease.Level;
        var id = NewId();
        SessionCommit commit;
        SessionCommitResult result;
        SessionState? after;
        if (Home is MovingHome moving)
        {
            (commit, result, after) = await moving.CommitAsync(Identity.Address, level, MakerOf(id, level, expect), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            commit = Make(id, level, bare: false, expect);
            result = await parts.Store.CommitAsync(Handle, commit, cancellationToken).ConfigureAwait(false);
            after = null;
        }

        parts.Metrics.Commit(result.Outcome);
        switch (result.Outcome)
        {
            case SessionCommitOutcome.Committed:
                Document.Committed(commit, result);
                if (after is not null)
                {
                    Document.Accept(after, null);
                }

                if (Identity.IsNew)
                {
                    // Nothing was there that could be a user's, and what this request binds is noted.
                    parts.Notes.IsFresh(Handle);
                }

                Identity.Established();
                parts.Touches.Committed(Handle);
                break;
            case SessionCommitOutcome.Cleared:
                StateSession.Log.Dropped(parts.Logger, Handle, "cleared");
                Document.Dropped();
                break;
            case SessionCommitOutcome.Ended:
                StateSession.Log.Dropped(parts.Logger, Handle, "ended");
                StartAnew();
                Identity.DeleteCookie();
                break;
        }

        return result.Outcome;
    }

    private SessionCommit Make(string id, int level, bool bare, Dictionary<string, long>? expect)
    {
        var (set, remove) = new CommitEncoder(parts, Document, Handle, level, bare).Encode();
        return NewCommit(id, Document.IsCleared, set, remove, expect ?? NoExpectation);
    }

    /// <summary>In a method of its own: what it captures is allocated only while sessions are moved.</summary>
    private Func<bool, SessionCommit> MakerOf(string id, int level, Dictionary<string, long>? expect) => bare => Make(id, level, bare, expect);

    /// <summary>What may be written; an instance that does not serve meets what it would meet without a store.</summary>
    private LevelLease EnterLevel()
    {
        try
        {
            return parts.Levels?.Enter(parts.Options.Contract!) ?? default;
        }
        catch (NotServingException e)
        {
            throw new SessionStoreException("This instance does not serve its fleet at the moment, and stores no session.", e);
        }
    }
}
