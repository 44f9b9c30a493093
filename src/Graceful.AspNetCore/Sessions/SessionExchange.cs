using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Graceful;

/// <summary>What one request says to the store about its session, and what it hears.</summary>
internal sealed class SessionExchange(SessionParts parts, HttpContext context, string key, TimeSpan idle, Func<bool> establish, bool isNew)
{
    /// <summary>Holds whose session it is, so that a rotation takes the note along. Not among the keys of the application.</summary>
    public const string UserEntry = "graceful:user";

    /// <summary>Beyond every session: the note is only looked at to end sessions.</summary>
    private static readonly TimeSpan NoteLife = TimeSpan.FromDays(90);

    private readonly long _begun = parts.Time.GetTimestamp();
    private string _key = key;
    private bool _isNew = isNew;
    private bool _hasOwnCookie;
    private string? _userToBind;
    private SessionStoreException? _failure;

    public SessionDocument Document { get; } = new();

    public SessionHandle Handle { get; private set; } = SessionHandle.Of(key);

    public bool IsDegraded { get; private set; }

    private TimeSpan TimeToLive => idle + parts.Options.TouchInterval;

    /// <summary>Makes an entry known; "" for any.</summary>
    public void Load(string name)
    {
        RefuseWithout();
        if (!Knows(name))
        {
            LoadAsync(name, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
    }

    public void LoadAll()
    {
        RefuseWithout();
        if (!Document.KnowsAll)
        {
            ReadAsync(null, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
    }

    /// <param name="name">The entry that is needed; null for what the endpoint names, or all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask LoadAsync(string? name, CancellationToken cancellationToken)
    {
        RefuseWithout();
        if (name is null ? Document.State is not null : Knows(name))
        {
            return ValueTask.CompletedTask;
        }

        var named = context.GetEndpoint()?.Metadata.GetMetadata<SessionKeysAttribute>()?.Names;
        if (Document.State is null && named is { Count: > 0 } && (string.IsNullOrEmpty(name) || named.Contains(name)))
        {
            return ReadAsync(named, cancellationToken);
        }

        return ReadAsync(parts.Options.Load == SessionLoadMode.OnDemand && !string.IsNullOrEmpty(name) ? [name] : null, cancellationToken);
    }

    public ValueTask ReloadAsync(string name, CancellationToken cancellationToken) => ReadAsync(Document.KnowsAll ? null : [name], cancellationToken);

    /// <returns>False when the write is to be dropped.</returns>
    /// <exception cref="InvalidOperationException">It is too late.</exception>
    public bool MayWrite()
    {
        RefuseWithout();
        if (context.Response.HasStarted)
        {
            throw new InvalidOperationException("The session cannot be changed any more: the response has begun.");
        }

        if (!IsDegraded)
        {
            return true;
        }

        parts.Metrics.Refused("degraded");
        return parts.Options.AllowLostWrites ? false : throw _failure!;
    }

    public void Write(string name, PendingEntry entry)
    {
        var (bytes, count) = Document.SizeWithout(name);
        var options = parts.Options;
        var length = entry.Bytes!.Length;
        var fault = length > options.MaxEntryBytes ? $"has {length} bytes, and {nameof(options.MaxEntryBytes)} is {options.MaxEntryBytes}"
            : bytes + length > options.MaxSessionBytes ? $"makes the session {bytes + length} bytes long, and {nameof(options.MaxSessionBytes)} is {options.MaxSessionBytes}"
            : count + 1 > options.MaxEntries ? $"is the {count + 1}th of the session, and {nameof(options.MaxEntries)} is {options.MaxEntries}" : null;
        if (fault is not null)
        {
            parts.Metrics.Refused("size");
            throw new InvalidOperationException($"The session entry '{name}' {fault}.");
        }

        Document.Set(name, entry);
    }

    public void Clear()
    {
        Document.Clear(!_isNew);
        _userToBind = null;
    }

    public void Bind(string user)
    {
        Write(UserEntry, new PendingEntry(null, EntryCodec.EncodeRaw(Encoding.UTF8.GetBytes(user))));
        _userToBind = user;
    }

    public async ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        if (Document.IsDirty)
        {
            await SendAsync(null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Stores what is pending if an entry still has the revision.</summary>
    /// <returns>False when it has another: nothing was stored.</returns>
    public async ValueTask<bool> SwapAsync(string name, long revision, CancellationToken cancellationToken)
    {
        var outcome = await SendAsync(new Dictionary<string, long> { [name] = revision }, cancellationToken).ConfigureAwait(false);
        return outcome switch
        {
            SessionCommitOutcome.Committed => true,
            SessionCommitOutcome.Conflict => false,
            _ => throw new InvalidOperationException($"The session entry '{name}' was not updated: the session was cleared or has ended."),
        };
    }

    public async ValueTask RotateAsync(SessionRotation reason, CancellationToken cancellationToken)
    {
        _ = reason;
        if (!MayWrite())
        {
            return;
        }

        await CommitAsync(cancellationToken).ConfigureAwait(false);
        if (!Document.KnowsAll)
        {
            await ReadAsync(null, cancellationToken).ConfigureAwait(false);
        }

        var (old, was) = (Handle, _isNew);
        var key = NewKey();
        var handle = SessionHandle.Of(key);
        var moved = Document.Entries.ToDictionary(e => e.Key, e => parts.Codec.Move(e.Key, e.Value.Data, old, handle));
        if (moved.TryGetValue(UserEntry, out var user))
        {
            await parts.Store.BindAsync(Encoding.UTF8.GetString(user.Span[1..]), handle, NoteLife, cancellationToken).ConfigureAwait(false);
        }

        var result = await parts.Store.CommitAsync(handle, NewCommit() with { Set = moved, Generation = null }, cancellationToken).ConfigureAwait(false);
        if (!was)
        {
            await parts.Store.EndAsync(old, StateSession.Remembrance(parts.Options, idle), cancellationToken).ConfigureAwait(false);
        }

        (_key, Handle, _isNew, _hasOwnCookie) = (key, handle, false, true);
        Document.Accept(
            new SessionState { Exists = true, Revision = result.Revision, Generation = result.Generation, Entries = moved.ToDictionary(m => m.Key, m => new SessionEntry(result.Revision, m.Value)) }, null);
        parts.Cookie.Write(context, key);
    }

    public async ValueTask AbandonAsync(CancellationToken cancellationToken)
    {
        if (!MayWrite())
        {
            return;
        }

        if (!_isNew)
        {
            await parts.Store.EndAsync(Handle, StateSession.Remembrance(parts.Options, idle), cancellationToken).ConfigureAwait(false);
            parts.Cookie.Delete(context);
        }

        StartAnew();
    }

    private static string NewKey() => new Guid(RandomNumberGenerator.GetBytes(16)).ToString();

    private bool Knows(string name) => name.Length == 0 ? Document.State is not null : Document.Knows(name);

    private async ValueTask ReadAsync(IReadOnlyCollection<string>? names, CancellationToken cancellationToken)
    {
        if (_isNew)
        {
            Document.AcceptEmpty();
            return;
        }

        if (_failure is not null)
        {
            throw _failure;
        }

        try
        {
            var state = await parts.Store.LoadAsync(Handle, names, cancellationToken).ConfigureAwait(false);
            if (state.HasEnded)
            {
                StartAnew();
            }
            else
            {
                Document.Accept(state, names);
            }
        }
        catch (SessionStoreException e)
        {
            _failure = e;
            if (parts.Options.OnUnavailable == SessionFailure.FailClosed)
            {
                throw;
            }

            IsDegraded = true;
            Document.AcceptEmpty();
        }
    }

    /// <summary>The key is used up: what is written from now on is another session.</summary>
    private void StartAnew()
    {
        _key = NewKey();
        (Handle, _isNew, _hasOwnCookie, _userToBind) = (SessionHandle.Of(_key), true, true, null);
        Document.Dropped();
    }

    private async ValueTask<SessionCommitOutcome> SendAsync(Dictionary<string, long>? expect, CancellationToken cancellationToken)
    {
        if (_userToBind is { } user)
        {
            // First: a session that is not noted could not be ended by its user's name, a note without a session does no harm.
            await parts.Store.BindAsync(user, Handle, NoteLife, cancellationToken).ConfigureAwait(false);
            _userToBind = null;
        }

        using var lease = parts.Levels?.Enter(parts.Options.Contract!) ?? default;
        var set = new Dictionary<string, ReadOnlyMemory<byte>>();
        var remove = new List<string>();
        foreach (var (name, pending) in Document.Pending)
        {
            if (pending.Bytes is null)
            {
                remove.Add(name);
            }
            else
            {
                set[name] = pending.Schema is { } schema ? Encode(schema, pending.Bytes, parts.Levels is null ? schema.Version : lease.Level) : pending.Bytes;
            }
        }

        var commit = NewCommit() with { Clear = Document.IsCleared, Set = set, Remove = remove, Expect = expect ?? [] };
        var result = await parts.Store.CommitAsync(Handle, commit, cancellationToken).ConfigureAwait(false);
        parts.Metrics.Commit(OutcomeText(result.Outcome));
        switch (result.Outcome)
        {
            case SessionCommitOutcome.Committed:
                Document.Committed(set, remove, result);
                Establish();
                break;
            case SessionCommitOutcome.Cleared:
                Document.Dropped();
                break;
            case SessionCommitOutcome.Ended:
                StartAnew();
                parts.Cookie.Delete(context);
                break;
        }

        return result.Outcome;
    }

    private static string OutcomeText(SessionCommitOutcome outcome) => outcome switch
    {
        SessionCommitOutcome.Committed => "committed",
        SessionCommitOutcome.Conflict => "conflict",
        SessionCommitOutcome.Cleared => "cleared",
        _ => "ended",
    };

    private byte[] Encode(SessionSchema schema, byte[] json, int level)
    {
        var version = schema.WrittenAt(level);
        return parts.Codec.Encode(schema, version, schema.Downcast(json, version), Handle);
    }

    /// <summary>The cookie goes out only when there is something behind it.</summary>
    private void Establish()
    {
        if (_hasOwnCookie && _isNew)
        {
            parts.Cookie.Write(context, _key);
        }
        else if (_isNew)
        {
            establish();
        }

        _isNew = false;
    }

    private SessionCommit NewCommit() => new(Guid.NewGuid().ToString("N"), TimeToLive)
    {
        AbsoluteTimeToLive = parts.Options.AbsoluteTimeout,
        Generation = Document.State is { Exists: true } state ? state.Generation : null,
        Elapsed = parts.Time.GetElapsedTime(_begun),
    };

    private void RefuseWithout()
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<NoSessionAttribute>() is not null)
        {
            throw new InvalidOperationException("The endpoint has no session: it says [NoSession].");
        }
    }
}
