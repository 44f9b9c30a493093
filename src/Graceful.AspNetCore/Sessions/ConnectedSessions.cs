using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful;

/// <summary>The sessions of requests that may stay for hours: WebSockets, and what else is upgraded. They are in use as long as the connection is open, though nothing reads or writes them.</summary>
internal sealed class ConnectedSessions(SessionStateOptions options, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<SessionExchange, bool> _connected = new();
    private readonly Lock _lock = new();
    private ITimer? _timer;

    public int Count => _connected.Count;

    public static bool MayBecomeOne(IFeatureCollection features) =>
        features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } || features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };

    public void Add(SessionExchange session)
    {
        _connected[session] = true;
        lock (_lock)
        {
            _timer ??= time.CreateTimer(_ => Touch(), null, options.TouchInterval / 2, options.TouchInterval / 2);
        }
    }

    public void Remove(SessionExchange session) => _connected.TryRemove(session, out _);

    public void Dispose()
    {
        lock (_lock)
        {
            _timer?.Dispose();
        }
    }

    private void Touch()
    {
        foreach (var (session, _) in _connected)
        {
            session.Touch();
        }
    }
}
