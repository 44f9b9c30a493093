using Microsoft.Extensions.Time.Testing;

namespace Graceful.Tests;

/// <summary>The suite in memory, where time is ours.</summary>
public sealed class InMemoryKeyRingStoreTests : KeyRingStoreConformance
{
    private readonly FakeTimeProvider _clock = new();
    private readonly InMemoryKeyRingStore _store;

    public InMemoryKeyRingStoreTests() => _store = new InMemoryKeyRingStore(_clock);

    protected override IKeyRingStore Create() => _store;

    protected override Task PassAsync(TimeSpan time)
    {
        _clock.Advance(time);
        return Task.CompletedTask;
    }
}
