namespace Graceful;

/// <summary>Remembers, by sampling, who was still there while the drain waited, and how each ended.</summary>
internal sealed class HolderLog(TimeProvider time)
{
    private const int Most = 20;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private long _start = time.GetTimestamp();

    /// <summary>The lame duck has ended: from here on everybody who is there holds the drain up.</summary>
    public void Start() => _start = time.GetTimestamp();

    public void Seen(IEnumerable<TrafficItem> items)
    {
        foreach (var item in items)
        {
            // One that was cut and is still unwinding stays cut.
            var outcome = _entries.TryGetValue(item.Id, out var entry) ? entry.Outcome : DrainOutcome.Finished;
            _entries[item.Id] = new Entry(item, time.GetElapsedTime(_start), outcome);
        }
    }

    public void Aborted(IEnumerable<TrafficItem> items)
    {
        foreach (var item in items)
        {
            _entries[item.Id] = new Entry(item, time.GetElapsedTime(_start), DrainOutcome.Aborted);
        }
    }

    /// <summary>What was cut comes first, then who stayed longest.</summary>
    public IReadOnlyList<DrainHolder> ToList() =>
    [
        .. _entries.Values
            .OrderByDescending(e => e.Outcome != DrainOutcome.Finished)
            .ThenByDescending(e => e.Last)
            .Take(Most)
            .Select(e => new DrainHolder(e.Item.Kind, e.Item.Name, e.Last, e.Outcome)),
    ];

    private readonly record struct Entry(TrafficItem Item, TimeSpan Last, DrainOutcome Outcome);
}
