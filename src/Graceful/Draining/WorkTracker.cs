using System.Collections.Concurrent;

namespace Graceful;

/// <summary>Background work that a drain waits for as it waits for a request.</summary>
internal sealed class WorkTracker
{
    // Used as a set.
    private readonly ConcurrentDictionary<Handle, Handle> _open = new();

    public int Count => _open.Count;

    public IDisposable Begin(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var handle = new Handle(this, name);
        _open[handle] = handle;
        return handle;
    }

    public IEnumerable<TrafficItem> GetItems() => _open.Keys.Select(h => new TrafficItem(DrainHolderKind.Work, h.Name, h.Id));

    private sealed class Handle(WorkTracker owner, string name) : IDisposable
    {
        private static long _last;

        public string Name => name;

        public string Id { get; } = $"work-{Interlocked.Increment(ref _last)}";

        public void Dispose() => owner._open.TryRemove(this, out _);
    }
}
