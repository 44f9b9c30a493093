namespace Graceful.Tests;

/// <summary>A place that sessions are moved from, in memory; and what others do there who know nothing of the move.</summary>
internal sealed class InMemorySessionBlobStore(TimeProvider time) : ISessionBlobStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Hash> _hashes = [];

    public ValueTask<SessionBlob> ReadAsync(string key, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(Find(key) switch
            {
                { Moved: { Length: > 0 } moved } => new SessionBlob(SessionBlobState.Frozen, moved),
                { Moved: not null } => new SessionBlob(SessionBlobState.Closed, default),
                { Data: { } data } => new SessionBlob(SessionBlobState.Open, data),
                _ => default,
            });
        }
    }

    public ValueTask<bool> TryWriteAsync(string key, SessionBlob seen, SessionBlobWrite write, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var hash = Find(key);
            if (hash?.Commits.Contains(write.Id) == true)
            {
                return new(true);
            }

            if (!Is(hash, seen))
            {
                return new(false);
            }

            var commits = (hash?.Commits ?? []).Prepend(write.Id).Take(4).ToArray();
            _hashes[key] = new Hash(write.Data.ToArray(), null, write.IdleTimeout, commits, Now + write.TimeToLive);
            return new(true);
        }
    }

    public ValueTask<bool> TryFreezeAsync(string key, SessionBlob seen, TimeSpan longestLife, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (Find(key) is not { } hash || !Is(hash, seen))
            {
                return new(false);
            }

            var end = Now + longestLife;
            _hashes[key] = hash with { Data = null, Moved = hash.Data, Idle = null, Expires = end < hash.Expires ? end : hash.Expires };
            return new(true);
        }
    }

    public ValueTask<bool> TryCloseAsync(string key, SessionBlob seen, TimeSpan remembrance, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var hash = Find(key);
            if (!Is(hash, seen))
            {
                return new(false);
            }

            Close(key, hash, remembrance);
            return new(true);
        }
    }

    public ValueTask CloseAsync(string key, TimeSpan remembrance, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (Find(key) is { } hash)
            {
                Close(key, hash, remembrance);
            }
        }

        return default;
    }

    public ValueTask TouchAsync(IReadOnlyCollection<string> keys, TimeSpan more, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var key in keys)
            {
                if (Find(key) is { Idle: { } idle } hash && Now + idle + more > hash.Expires)
                {
                    _hashes[key] = hash with { Expires = Now + idle + more };
                }
            }
        }

        return default;
    }

    /// <summary>As RedisCache does: it asks nobody.</summary>
    public void Put(string key, byte[] data, TimeSpan idle)
    {
        lock (_lock)
        {
            _hashes[key] = (Find(key) ?? new Hash(null, null, null, [], default)) with { Data = data, Idle = idle, Expires = Now + idle };
        }
    }

    private DateTimeOffset Now => time.GetUtcNow();

    private static bool Is(Hash? hash, SessionBlob seen) =>
        hash?.Moved is null && (seen.State == SessionBlobState.Open ? hash?.Data is { } data && seen.Data.Span.SequenceEqual(data) : seen.State == SessionBlobState.Absent && hash?.Data is null);

    private void Close(string key, Hash? hash, TimeSpan remembrance)
    {
        var end = Now + remembrance;
        _hashes[key] = new Hash(null, [], null, hash?.Commits ?? [], hash is not null && hash.Expires > end ? hash.Expires : end);
    }

    private Hash? Find(string key) => _hashes.TryGetValue(key, out var hash) && hash.Expires > Now ? hash : null;

    private sealed record Hash(byte[]? Data, byte[]? Moved, TimeSpan? Idle, string[] Commits, DateTimeOffset Expires);
}
