namespace Graceful;

/// <summary>A key ring for the instances of one process: in tests. A real fleet's keys must outlive its processes.</summary>
internal sealed class InMemoryKeyRingStore(TimeProvider time) : IKeyRingStore
{
    private readonly Lock _lock = new();

    /// <summary>By name; null for what was removed.</summary>
    private readonly Dictionary<string, string?> _elements = new(StringComparer.Ordinal);

    private string? _holder;
    private DateTimeOffset _leaseEnds;

    public ValueTask<IReadOnlyList<KeyRingElement>> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult<IReadOnlyList<KeyRingElement>>([.. from e in _elements where e.Value is not null select new KeyRingElement(e.Key, e.Value)]);
        }
    }

    public ValueTask<KeyRingAddition> AddAsync(KeyRingElement element, string? lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        ArgumentException.ThrowIfNullOrEmpty(element.Content);
        lock (_lock)
        {
            if (lease is not null && Holder != lease)
            {
                return ValueTask.FromResult(KeyRingAddition.LeaseLost);
            }

            return ValueTask.FromResult(
                _elements.TryAdd(element.Name, element.Content) || _elements[element.Name] == element.Content ? KeyRingAddition.Added : KeyRingAddition.NameTaken);
        }
    }

    public ValueTask<bool> RemoveAsync(string name, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var isThere = _elements.GetValueOrDefault(name) is not null;
            if (isThere)
            {
                _elements[name] = null;
            }

            return ValueTask.FromResult(isThere);
        }
    }

    public ValueTask<bool> TryAcquireLeaseAsync(string token, TimeSpan duration, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (Holder is { } holder && holder != token)
            {
                return ValueTask.FromResult(false);
            }

            (_holder, _leaseEnds) = (token, time.GetUtcNow() + duration);
            return ValueTask.FromResult(true);
        }
    }

    public ValueTask ReleaseLeaseAsync(string token, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _holder = _holder == token ? null : _holder;
            return ValueTask.CompletedTask;
        }
    }

    private string? Holder => time.GetUtcNow() < _leaseEnds ? _holder : null;
}
