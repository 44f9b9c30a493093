using Microsoft.Extensions.Time.Testing;

namespace Graceful.Tests;

/// <summary>The suite in memory, where time is ours.</summary>
public sealed class InMemorySessionStateStoreTests : SessionStateStoreTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly InMemorySessionStateStore _store;

    public InMemorySessionStateStoreTests() => _store = new InMemorySessionStateStore(_time);

    protected override ISessionStateStore Store => _store;

    protected override ISessionStateStore Another => _store;

    protected override Task PassAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Session_AsLongAsThereIsTime_IsTaken()
    {
        var session = NewSession();
        await _store.CommitAsync(session, Commit(TimeSpan.MaxValue) with { AbsoluteTimeToLive = TimeSpan.MaxValue }, default);
        _time.Advance(TimeSpan.FromDays(1000));
        await _store.TouchAsync([new SessionTouch(session, TimeSpan.MaxValue, null)], default);

        Assert.True((await _store.LoadAsync(session, null, default)).Exists);
        await _store.EndAsync(session, TimeSpan.MaxValue, default);
        Assert.True((await _store.LoadAsync(session, null, default)).HasEnded);
    }
}
