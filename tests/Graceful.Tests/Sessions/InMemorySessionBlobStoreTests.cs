using Microsoft.Extensions.Time.Testing;

namespace Graceful.Tests;

public sealed class InMemorySessionBlobStoreTests : SessionBlobStoreTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly InMemorySessionBlobStore _store;

    public InMemorySessionBlobStoreTests() => _store = new InMemorySessionBlobStore(_time);

    protected override ISessionBlobStore Store => _store;

    protected override Task PutAsync(string key, byte[] data, TimeSpan idle)
    {
        _store.Put(key, data, idle);
        return Task.CompletedTask;
    }

    protected override Task PassAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }
}
