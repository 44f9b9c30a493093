using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Graceful;

/// <summary>Every connection that Kestrel accepted and that is not over yet, whatever endpoint, protocol or TLS it uses.</summary>
internal sealed class ConnectionRegistry
{
    // Used as a set. Its value is a reference, because the framework brings that instantiation compiled.
    private readonly ConcurrentDictionary<TrackedConnection, TrackedConnection> _open = new();
    private readonly ConnectionOptions _options;
    private readonly TimeProvider _time;
    private long _begunOnClosed;
    private long _lastByteOnClosed;

    public ConnectionRegistry(ConnectionOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        Unattached = new TrackedConnection(null, time.GetTimestamp(), null, time);
    }

    /// <summary>Carries requests whose server shows no connection.</summary>
    public TrackedConnection Unattached { get; }

    public IEnumerable<TrackedConnection> Open => _open.Keys;

    public int Count => _open.Count;

    /// <summary>Requests started since the process began.</summary>
    public long TotalRequests
    {
        get
        {
            var total = Volatile.Read(ref _begunOnClosed) + Unattached.Begun;
            foreach (var (connection, _) in _open)
            {
                total += connection.Begun;
            }

            return total;
        }
    }

    /// <summary>The last byte on any connection that came before a request.</summary>
    public long LastByte
    {
        get
        {
            var last = Volatile.Read(ref _lastByteOnClosed);
            foreach (var (connection, _) in _open)
            {
                last = Math.Max(last, connection.LastByte);
            }

            return last;
        }
    }

    public TrackedConnection Add(ConnectionContext context)
    {
        var connection = new TrackedConnection(context, _time.GetTimestamp(), Jittered(_options.MaxAge), _time, Remove);
        _open[connection] = connection;
        return connection;
    }

    private void Remove(TrackedConnection connection)
    {
        // Added before it disappears, so that the total never goes down by what it carried.
        Interlocked.Add(ref _begunOnClosed, connection.Begun);
        Volatile.Write(ref _lastByteOnClosed, Math.Max(Volatile.Read(ref _lastByteOnClosed), connection.LastByte));
        _open.TryRemove(connection, out _);
    }

    /// <summary>±10 %, so that connections opened together do not all close together.</summary>
    private static TimeSpan? Jittered(TimeSpan? age) => age is { } value ? value * (0.9 + (0.2 * Random.Shared.NextDouble())) : null;
}
