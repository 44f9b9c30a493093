using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>What the web server has open, and how it is brought to an end.</summary>
internal sealed partial class KestrelTraffic : ITrafficSource, IDisposable
{
    /// <summary>The part of the lame duck after which every response closes its connection.</summary>
    private const double RampShare = 0.6;

    private readonly ConnectionCloser _closer;
    private readonly HubConnections _hubs;
    private readonly TimeProvider _time;
    private readonly ILogger<KestrelTraffic> _logger;
    private readonly CancellationTokenSource _drain = new();
    private volatile Mode _mode;
    private volatile bool _active;
    private volatile bool _watched;
    private long _lameDuckStart;
    private TimeSpan _lameDuck;
    private long _lastArrival;

    public KestrelTraffic(
        ConnectionRegistry connections, HubConnections hubs, ConnectionOptions options, TimeProvider time, ILogger<KestrelTraffic> logger)
    {
        Connections = connections;
        _closer = new ConnectionCloser(connections, time);
        _hubs = hubs;
        _time = time;
        _logger = logger;
        _watched = options.MaxAge is not null;
    }

    private enum Mode
    {
        Serving,
        LameDuck,
        Draining,
    }

    public ConnectionRegistry Connections { get; }

    /// <summary>Fires when the lame duck has ended: streams end now, new ones are refused.</summary>
    public CancellationToken DrainToken => _drain.Token;

    public bool IsDraining => _mode == Mode.Draining;

    /// <summary>Whether something had to be cut: the server's stop has nothing to wait for.</summary>
    public bool HasCut { get; private set; }

    public bool IsActive => _active;

    public void ListenerBound() => _active = true;

    public void ListenerStopping() => _active = false;

    /// <summary>On the request path, for every request: one flag in the ordinary case.</summary>
    public void RequestBegun(TrackedConnection connection)
    {
        if (_watched)
        {
            Watch(connection);
        }
    }

    public TrafficSnapshot GetSnapshot()
    {
        var requests = 0;
        var streams = 0;
        foreach (var slot in ActiveSlots())
        {
            if (slot.IsStream)
            {
                streams++;
            }
            else
            {
                requests++;
            }
        }

        var last = Math.Max(Volatile.Read(ref _lastArrival), Connections.LastByte);
        return new TrafficSnapshot(requests, streams, Connections.Count, last, Connections.TotalRequests);
    }

    public void BeginLameDuck(TimeSpan duration)
    {
        _lameDuck = duration;
        _lameDuckStart = _time.GetTimestamp();
        _mode = Mode.LameDuck;
        _watched = true;
    }

    public void CloseIdle(TimeSpan window) => _closer.CloseIdle(window);

    public void BeginDrain()
    {
        _mode = Mode.Draining;
        _watched = true;
        _ = _hubs.CloseAsync(() => !_active);
        _ = TellStreamsAsync();

        // Not behind the streams: a callback of the application's may block.
        _ = _closer.SweepAsync(() => !_active);
    }

    public IReadOnlyList<TrafficItem> AbortStreams()
    {
        var cut = new List<TrafficItem>();

        // One that was opened or answered a moment ago may be about to bring a request; told to close, it leaves by itself. Looked for first:
        // the connection of a stream that is cut goes with it, and is not one more loss.
        var idle = Connections.Open.Where(c => c.IsIdle && _time.GetElapsedTime(Math.Max(c.OpenedAt, c.LastActive)) > ConnectionCloser.FirstRequestGrace).ToList();
        foreach (var slot in ActiveSlots().Where(s => s.IsStream))
        {
            AbortSlot(slot, cut);
        }

        foreach (var connection in idle)
        {
            AbortConnection(connection, cut);
        }

        HasCut |= cut.Count > 0;
        return cut;
    }

    public IReadOnlyList<TrafficItem> AbortAll()
    {
        var cut = new List<TrafficItem>();
        var idle = Connections.Open.Where(c => c.IsIdle).ToList();
        foreach (var slot in ActiveSlots())
        {
            AbortSlot(slot, cut);
        }

        foreach (var connection in idle)
        {
            AbortConnection(connection, cut);
        }

        foreach (var connection in Connections.Open)
        {
            connection.Abort();
        }

        HasCut |= cut.Count > 0;
        return cut;
    }

    public IReadOnlyList<TrafficItem> GetItems()
    {
        // One that ended while it was looked at has no name any more.
        var items = ActiveSlots().Select(s => (Item: s.ToItem(), Slot: s)).ToList();
        return [.. items.Where(i => i.Slot.IsActive).Select(i => i.Item), .. Connections.Open.Where(c => c.IsIdle).Select(ToItem)];
    }

    public void Dispose() => _drain.Dispose();

    private void Watch(TrackedConnection connection)
    {
        if (_mode == Mode.Serving)
        {
            if (connection.IsTooOld)
            {
                connection.RequestClose();
            }

            return;
        }

        Volatile.Write(ref _lastArrival, _time.GetTimestamp());
        if (_mode == Mode.Draining || IsItsTurnToClose())
        {
            connection.RequestClose();
        }
    }

    /// <summary>
    /// Rising from 0 to 1: connections leave one by one, and each on a response, where no request can be lost. The rest of the time is for
    /// those that are used seldom: what has no response by the end is closed idle, where one can.
    /// </summary>
    private bool IsItsTurnToClose() => Random.Shared.NextDouble() < _time.GetElapsedTime(_lameDuckStart) / (_lameDuck * RampShare);

    private async Task TellStreamsAsync()
    {
        try
        {
            await _drain.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException exception)
        {
            Log.DrainCallbackFailed(_logger, exception);
        }
    }

    private List<RequestSlot> ActiveSlots()
    {
        var slots = new List<RequestSlot>();
        foreach (var connection in Connections.Open)
        {
            connection.CopyActiveTo(slots);
        }

        Connections.Unattached.CopyActiveTo(slots);
        return slots;
    }

    private static void AbortSlot(RequestSlot slot, List<TrafficItem> cut)
    {
        var item = slot.ToItem();
        if (slot.Abort())
        {
            cut.Add(item);
        }
    }

    private static void AbortConnection(TrackedConnection connection, List<TrafficItem> cut)
    {
        if (connection.Abort())
        {
            cut.Add(ToItem(connection));
        }
    }

    private static TrafficItem ToItem(TrackedConnection connection) => new(DrainHolderKind.Connection, connection.Peer, connection.Id);

    private static partial class Log
    {
        [LoggerMessage(200, LogLevel.Error, "A drain token's callback failed", EventName = "DrainTokenCallbackFailed")]
        public static partial void DrainCallbackFailed(ILogger logger, Exception exception);
    }
}
