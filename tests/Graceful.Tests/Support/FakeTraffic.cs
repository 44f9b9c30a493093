namespace Graceful.Tests;

/// <summary>A traffic source whose traffic the test makes, and which writes down what it was told and when.</summary>
internal sealed class FakeTraffic(TestClock clock, Journal journal) : ITrafficSource
{
    private readonly List<FakeItem> _open = [];
    private int _lastId;
    private long _total;
    private long _lastArrival;

    public bool IsActive { get; set; } = true;

    public IReadOnlyList<FakeItem> Open => _open;

    public int Running(DrainHolderKind kind) => _open.Count(i => i.Kind == kind);

    public FakeItem BeginRequest(string name = "GET /") => Begin(DrainHolderKind.Request, name);

    /// <summary>A stream that ignores the drain unless the test ends it.</summary>
    public FakeItem BeginStream(string name = "GET /events") => Begin(DrainHolderKind.Stream, name);

    /// <summary>A connection with no request on it; opening it is no arrival.</summary>
    public FakeItem OpenConnection(string name = "127.0.0.1:50000")
    {
        var item = new FakeItem(this, DrainHolderKind.Connection, name, $"item-{++_lastId}");
        _open.Add(item);
        return item;
    }

    /// <summary>A first byte that has made no request yet.</summary>
    public void Byte() => _lastArrival = clock.GetTimestamp();

    /// <summary>Requests of the past, long done.</summary>
    public void ServedBefore(long requests) => _total += requests;

    public TrafficSnapshot GetSnapshot() => new(
        Running(DrainHolderKind.Request), Running(DrainHolderKind.Stream), Running(DrainHolderKind.Connection), _lastArrival, _total);

    public void BeginLameDuck(TimeSpan duration) => journal.Add($"BeginLameDuck({duration.TotalSeconds})");

    public void CloseIdle(TimeSpan window) => journal.Add($"CloseIdle({window.TotalSeconds})");

    public void BeginDrain()
    {
        journal.Add(nameof(BeginDrain));
        DrainBegun?.Invoke();
    }

    /// <summary>How handlers of streams learn that they should end.</summary>
    public event Action? DrainBegun;

    public IReadOnlyList<TrafficItem> AbortStreams()
    {
        journal.Add(nameof(AbortStreams));
        return Abort(i => i.Kind != DrainHolderKind.Request);
    }

    public IReadOnlyList<TrafficItem> AbortAll()
    {
        journal.Add(nameof(AbortAll));
        return Abort(_ => true);
    }

    public IReadOnlyList<TrafficItem> GetItems() => [.. _open.Select(i => i.ToItem())];

    internal void End(FakeItem item) => _open.Remove(item);

    private FakeItem Begin(DrainHolderKind kind, string name)
    {
        var item = new FakeItem(this, kind, name, $"item-{++_lastId}");
        _open.Add(item);
        _total++;
        _lastArrival = clock.GetTimestamp();
        return item;
    }

    private List<TrafficItem> Abort(Func<FakeItem, bool> which)
    {
        List<FakeItem> cut = [.. _open.Where(i => !i.IsAborted && which(i))];
        cut.ForEach(i => i.Abort());
        return [.. cut.Select(i => i.ToItem())];
    }
}
