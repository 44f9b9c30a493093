using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace Graceful;

/// <summary>A session of one request. Reads at most once, when it is read first; stores only what changed, before the response begins.</summary>
internal sealed class StateSession : ISession
{
    private readonly SessionExchange _exchange;
    private readonly TypedEntries _typed;
    private readonly SessionParts _parts;

    public StateSession(SessionParts parts, HttpContext context, string key, TimeSpan idle, Func<bool> establish, bool isNew)
    {
        _parts = parts;
        _exchange = new SessionExchange(parts, context, key, idle, establish, isNew);
        _typed = new TypedEntries(parts, _exchange);
    }

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
            return [.. _exchange.Document.Names().Where(n => n != SessionExchange.UserEntry)];
        }
    }

    /// <summary>How long an ended session is remembered: as long as a request or a cookie could still bring it back.</summary>
    public static TimeSpan Remembrance(SessionStateOptions options, TimeSpan idle) => idle + options.TouchInterval + TimeSpan.FromMinutes(1);

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
                : throw _typed.Unreadable(key);
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
                throw _typed.Unreadable(key);
            }

            _exchange.Write(key, new PendingEntry(null, EntryCodec.EncodeRaw(value)));
        }
    }

    public void Remove(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_exchange.MayWrite())
        {
            _exchange.Document.Remove(key);
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

    /// <summary>Called by the middleware at the end of the request, and by applications that want to know it is stored.</summary>
    public Task CommitAsync(CancellationToken cancellationToken = default) => _exchange.CommitAsync(cancellationToken).AsTask();

    public T? Get<T>(string name)
    {
        var schema = _typed.Schema<T>(name);
        _exchange.Load(name);
        return _typed.Read(schema);
    }

    public async ValueTask<T?> GetAsync<T>(string name, CancellationToken cancellationToken)
    {
        var schema = _typed.Schema<T>(name);
        await _exchange.LoadAsync(name, cancellationToken).ConfigureAwait(false);
        return _typed.Read(schema);
    }

    public void Set<T>(string name, T value)
        where T : notnull
    {
        var schema = _typed.Schema<T>(name);
        if (_exchange.MayWrite())
        {
            _typed.Write(schema, value);
        }
    }

    public ValueTask<T> UpdateAsync<T>(string name, Func<T?, T> change, CancellationToken cancellationToken)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(change);
        return _typed.UpdateAsync(_typed.Schema<T>(name), change, cancellationToken);
    }

    public bool IsUnreadable(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _exchange.Load(name);
        return _typed.IsUnreadable(name);
    }

    public ValueTask RotateIdAsync(SessionRotation reason, CancellationToken cancellationToken) => _exchange.RotateAsync(reason, cancellationToken);

    public ValueTask AbandonAsync(CancellationToken cancellationToken) => _exchange.AbandonAsync(cancellationToken);

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
        if (_parts.Options.Schemas.ContainsKey(key))
        {
            throw new InvalidOperationException($"The session entry '{key}' has a schema: use Get<T> and Set<T>.");
        }
    }
}
