namespace Graceful.Tests;

/// <summary>What happened, in order, with the time it happened at.</summary>
internal sealed class Journal(TestClock clock)
{
    private readonly Lock _lock = new();
    private readonly List<(string What, TimeSpan At)> _entries = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries.Select(e => $"{e.At.TotalSeconds:0.###} {e.What}")];
            }
        }
    }

    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries.Select(e => e.What)];
            }
        }
    }

    public void Add(string what)
    {
        lock (_lock)
        {
            _entries.Add((what, clock.Now));
        }
    }

    /// <summary>When <paramref name="what"/> happened first.</summary>
    public TimeSpan At(string what)
    {
        lock (_lock)
        {
            return _entries.Where(e => e.What.Split('(')[0] == what).Select(e => (TimeSpan?)e.At).FirstOrDefault()
                ?? throw new InvalidOperationException($"{what} never happened.");
        }
    }

    public int Count(string what) => Names.Count(n => n.Split('(')[0] == what);
}
