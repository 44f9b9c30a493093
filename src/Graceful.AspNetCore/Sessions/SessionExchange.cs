using System.Collections.ObjectModel;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace Graceful;

/// <summary>What one request says to the store about its session, and what it hears.</summary>
internal sealed partial class SessionExchange(SessionParts parts, HttpContext context, ResponseGate gate, string key, TimeSpan idle, bool isNew)
{
    private static readonly IReadOnlyDictionary<string, long> NoExpectation = ReadOnlyDictionary<string, long>.Empty;

    private readonly long _begun = parts.Time.GetTimestamp();
    private string? _userToBind;
    private SessionStoreException? _failure;

    public SessionDocument Document { get; } = new();

    public SessionIdentity Identity { get; } = new(parts.Cookie, context, key, isNew);

    public SessionHandle Handle => Identity.Handle;

    public SessionHome Home { get; } = parts.NewHome();

    public bool IsDegraded { get; private set; }

    /// <summary>The application met an exception of the store.</summary>
    public bool HasFailed => _failure is not null && !IsDegraded;

    /// <summary>How long an ended session is remembered: as long as the cookie may come back.</summary>
    public TimeSpan Remembrance => SessionAdmin.Remembrance(parts.Options, idle);

    private TimeSpan TimeToLive => idle + parts.Options.TouchInterval;

    private bool IsWithout => context.GetEndpoint()?.Metadata.GetMetadata<NoSessionAttribute>() is not null;

    /// <summary>Makes an entry known, and waits for it; "" for any.</summary>
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
            ReloadAsync(null, CancellationToken.None).AsTask().GetAwaiter().GetResult();
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
            return ReloadAsync(named, cancellationToken);
        }

        return ReloadAsync(parts.Options.Load == SessionLoadMode.OnDemand && !string.IsNullOrEmpty(name) ? [name] : null, cancellationToken);
    }

    /// <summary>Reads, whatever is known.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReloadAsync(IReadOnlyCollection<string>? names, CancellationToken cancellationToken)
    {
        if (Identity.IsNew)
        {
            Document.AcceptEmpty();
            return;
        }

        if (_failure is not null)
        {
            // Not asked twice by one request.
            throw _failure;
        }

        try
        {
            var state = await Home.LoadAsync(Identity.Address, names, cancellationToken).ConfigureAwait(false);
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

    /// <returns>False when the write is to be dropped.</returns>
    /// <exception cref="InvalidOperationException">It is too late.</exception>
    /// <exception cref="SessionStoreException">The store did not answer before, and nothing may be lost.</exception>
    public bool MayWrite()
    {
        RefuseWithout();
        if (gate.Passes || context.Response.HasStarted)
        {
            throw new InvalidOperationException("The session cannot be changed any more: the response has begun.");
        }

        if (!IsDegraded)
        {
            gate.Guard();
            return true;
        }

        parts.Metrics.Refused("degraded");
        return parts.Options.AllowLostWrites ? false : throw _failure!;
    }

    /// <exception cref="InvalidOperationException">A limit is exceeded.</exception>
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

    public void Remove(string name)
    {
        if (Identity.IsNew && Document.State is null)
        {
            // There is nothing in the store to remove.
            Document.AcceptEmpty();
        }

        Document.Remove(name);
    }

    public void Clear()
    {
        Document.Clear(!Identity.IsNew);
        _userToBind = null;
    }

    public void Bind(string user)
    {
        Write(SessionNotes.Entry, new PendingEntry(null, SessionNotes.Encode(user)));
        _userToBind = user;
    }

    public ValueTask NoteAsync(string user, SessionHandle session, CancellationToken cancellationToken) => parts.Notes.NoteAsync(user, session, TimeToLive, cancellationToken);

    /// <summary>What is written from now on is another session.</summary>
    public void StartAnew()
    {
        Identity.StartAnew();
        _userToBind = null;
        Document.Dropped();
    }

    /// <summary>The session is in use. What this instance has just stored is not prolonged again.</summary>
    public void Touch()
    {
        if (!Identity.IsNew && !IsWithout)
        {
            parts.Touches.Used(Handle, TimeToLive, Home.OldPlaceOf(Identity.Address));
            parts.Notes.Used(Handle, TimeToLive, Document);
        }
    }

    private bool Knows(string name) => name.Length == 0 ? Document.State is not null : Document.Knows(name);

    private void RefuseWithout()
    {
        if (IsWithout)
        {
            throw new InvalidOperationException("The endpoint has no session: it says [NoSession].");
        }
    }
}
