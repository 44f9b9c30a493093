using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful;

/// <summary>A session of one request. Reads at most once, when it is read first; stores only what changed, before the response begins.</summary>
internal sealed partial class StateSession : ISession
{
    private readonly SessionExchange _exchange;
    private readonly SessionParts _parts;
    private readonly HttpContext _context;
    private readonly ResponseGate _gate;
    private readonly bool _staysConnected;

    public StateSession(SessionParts parts, HttpContext context, string key, TimeSpan idle, bool isNew)
    {
        _parts = parts;
        _context = context;
        _gate = new ResponseGate(context, this);
        _exchange = new SessionExchange(parts, context, _gate, key, idle, isNew);
        _gate.Install();
        _staysConnected = ConnectedSessions.MayBecomeOne(context.Features);
        if (_staysConnected)
        {
            GatedUpgrade.Install(_gate, context.Features);
            parts.Connected.Add(_exchange);
        }
    }

    /// <summary>The status of the answer, when the session was not stored.</summary>
    public int RefusedAs { get; private set; }

    private TypedEntries Typed => new(_parts, _exchange);

    public bool IsAvailable
    {
        get
        {
            try
            {
                _exchange.Load("");
                return !_exchange.IsDegraded;
            }
            catch (SessionStoreException)
            {
                return false;
            }
        }
    }

    /// <summary>Not the key: whoever reads it in a log or a page cannot use the session.</summary>
    public string Id => _exchange.Handle.Value;

    public IEnumerable<string> Keys
    {
        get
        {
            _exchange.LoadAll();
            return [.. _exchange.Document.Names().Where(n => n != SessionNotes.Entry)];
        }
    }

    public bool TryGetValue(string key, [NotNullWhen(true)] out byte[]? value)
    {
        ArgumentNullException.ThrowIfNull(key);
        RefuseSchema(key);
        _exchange.Load(key);
        value = null;
        if (_exchange.Document.TryFindPending(key, out var pending))
        {
            value = pending.Bytes?[1..];
        }
        else if (_exchange.Document.TryFindStored(key, out var stored))
        {
            value = _parts.Codec.TryDecode(key, stored.Data, _exchange.Handle, out var decoded) && decoded.Version == 0
                ? decoded.Payload.ToArray()
                : throw Typed.Unreadable(key);
        }

        return value is not null;
    }

    public void Set(string key, byte[] value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(value);
        RefuseSchema(key);
        if (_exchange.MayWrite())
        {
            if (_exchange.Document.TryFindStored(key, out var stored) && !_exchange.Document.TryFindPending(key, out _)
                && !(_parts.Codec.TryDecode(key, stored.Data, _exchange.Handle, out var decoded) && decoded.Version == 0))
            {
                throw Typed.Unreadable(key);
            }

            _exchange.Write(key, new PendingEntry(null, EntryCodec.EncodeRaw(value)));
        }
    }

    public void Remove(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_exchange.MayWrite())
        {
            _exchange.Remove(key);
        }
    }

    public void Clear()
    {
        if (_exchange.MayWrite())
        {
            _exchange.Clear();
        }
    }

    public Task LoadAsync(CancellationToken cancellationToken = default) => _exchange.LoadAsync(null, cancellationToken).AsTask();

    /// <summary>
    /// Stores what was written so far: for applications that want to know. By the middleware at the end of the request it is called too, also when the application threw: what was written before is
    /// stored, as ASP.NET Core's own session does.
    /// </summary>
    public Task CommitAsync(CancellationToken cancellationToken = default)
    {
        // The middleware has taken the session away before it calls.
        return _context.Features.Get<ISessionFeature>() is null ? EndAsync() : _exchange.CommitAsync(cancellationToken).AsTask();

        async Task EndAsync()
        {
            await _gate.EndAsync(hold: _exchange.HasFailed).ConfigureAwait(false);
            _exchange.Touch();
            if (_staysConnected)
            {
                _parts.Connected.Remove(_exchange);
            }
        }
    }

    /// <summary>At the gate: stores what is pending, whether the client is still there or not.</summary>
    /// <returns>False when it was not stored, and the response is to be replaced.</returns>
    public async ValueTask<bool> TryStoreAsync()
    {
        try
        {
            await _exchange.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (SessionStoreException e) when (_parts.Options is { OnUnavailable: SessionFailure.Degrade, AllowLostWrites: true })
        {
            _parts.Metrics.Refused("degraded");
            Log.NotStored(_parts.Logger, _exchange.Handle, e.Message);
            _exchange.Document.Dropped();
            return true;
        }
        catch (SessionStoreException e)
        {
            Log.NotStored(_parts.Logger, _exchange.Handle, e.Message);
            RefusedAs = StatusCodes.Status503ServiceUnavailable;
            return false;
        }
        catch (Exception e)
        {
            Log.StoringFailed(_parts.Logger, _exchange.Handle, e);
            RefusedAs = StatusCodes.Status500InternalServerError;
            return false;
        }
    }

    /// <summary>The head of the response is empty again: the cookie of what is stored, or ended, must go out all the same.</summary>
    public void KeepCookie() => _exchange.Identity.KeepCookie();

    public T? Get<T>(string name)
    {
        var schema = Typed.Schema<T>(name);
        _exchange.Load(name);
        return Typed.Read(schema);
    }

    public async ValueTask<T?> GetAsync<T>(string name, CancellationToken cancellationToken)
    {
        var schema = Typed.Schema<T>(name);
        await _exchange.LoadAsync(name, cancellationToken).ConfigureAwait(false);
        return Typed.Read(schema);
    }

    public void Set<T>(string name, T value)
        where T : notnull
    {
        var schema = Typed.Schema<T>(name);
        if (_exchange.MayWrite())
        {
            Typed.Write(schema, value);
        }
    }

    public ValueTask<T> UpdateAsync<T>(string name, Func<T?, T> change, CancellationToken cancellationToken)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(change);
        return Typed.UpdateAsync(Typed.Schema<T>(name), change, cancellationToken);
    }

    public bool IsUnreadable(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _exchange.Load(name);
        return Typed.IsUnreadable(name);
    }

    public ValueTask RotateIdAsync(CancellationToken cancellationToken) => new SessionRenewal(_parts, _exchange).RotateAsync(cancellationToken);

    public ValueTask AbandonAsync(CancellationToken cancellationToken) => new SessionRenewal(_parts, _exchange).AbandonAsync(cancellationToken);

    public void BindUser(string user)
    {
        ArgumentException.ThrowIfNullOrEmpty(user);
        if (_exchange.MayWrite())
        {
            _exchange.Bind(user);
        }
    }

    private void RefuseSchema(string key)
    {
        if (key == SessionNotes.Entry)
        {
            throw new InvalidOperationException($"The session entry '{key}' is reserved: it holds what BindUser noted.");
        }

        if (_parts.Options.Schemas.ContainsKey(key))
        {
            throw new InvalidOperationException($"The session entry '{key}' has a schema: use Get<T> and Set<T>.");
        }
    }
}
