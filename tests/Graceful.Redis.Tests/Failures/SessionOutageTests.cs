using System.Diagnostics;

namespace Graceful.Redis.Tests.Failures;

/// <summary>Sessions on a Redis that is not there, goes away, hangs, forgets scripts, is full, or a cluster.</summary>
public class SessionOutageTests
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);
    private readonly SessionHandle _session = SessionUse.NewSession();

    [Fact]
    public async Task EveryCall_RedisIsHung_EndsWithItsToken_AndTheCommitSentAgainIsAppliedOnce()
    {
        await using var server = await RedisServer.StartAsync();
        await using var stores = new SessionStores(server.Configuration, "Shop");
        var store = stores.Create();
        var made = await store.CommitAsync(_session, SessionUse.Set("a"), default);
        var late = SessionUse.Set("b");

        await server.FreezeAsync();
        try
        {
            await EndsAsync(async token => await store.CommitAsync(_session, late, token));
            await EndsAsync(async token => await store.LoadAsync(_session, null, token));
            await EndsAsync(async token => await store.LoadAsync(_session, ["a"], token));
            await EndsAsync(async token => await store.TouchAsync([new SessionTouch(_session, Life, null), new SessionTouch(_session, Life, Life)], token));
            await EndsAsync(async token => await store.ListAsync("alice", token));
            await EndsAsync(async token => await store.TryEndAsync(_session, made.Revision + 99, Life, token));
            await EndsAsync(async token => await store.BindAsync("alice", _session, Life, token));
            await EndsAsync(async token => await store.UnbindAsync("alice", _session, token));
        }
        finally
        {
            await server.ThawAsync();
        }

        var result = await SessionUse.EventuallyAsync(() => store.CommitAsync(_session, late, default));
        Assert.Equal(new SessionCommitResult(SessionCommitOutcome.Committed, made.Revision + 1, made.Generation), result);
        Assert.Equal(made.Revision + 1, (await store.LoadAsync(_session, null, default)).Revision);

        // The client itself gives up after 5 s; a token that ends sooner must not wait for that.
        static async Task EndsAsync(Func<CancellationToken, Task> call)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(250));
            var start = Stopwatch.GetTimestamp();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call(limit.Token));
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(4), "it waited beyond its token");
        }
    }

    [Fact]
    public async Task EveryCall_RedisDoesNotAnswerInTheClientsTime_FailsWithWords()
    {
        await using var server = await RedisServer.StartAsync();
        await using var stores = new SessionStores($"{server.Configuration},asyncTimeout=200", "Shop");
        var store = stores.Create();
        await store.CommitAsync(_session, SessionUse.Set("a"), default);

        await server.FreezeAsync();
        try
        {
            var e = await Assert.ThrowsAsync<SessionStoreException>(async () => await store.CommitAsync(_session, SessionUse.Set("a"), default));
            Assert.Equal("The store of sessions took no commit: Redis did not answer in time; whether it did what it was asked is not known.", e.Message);
            await Assert.ThrowsAsync<SessionStoreException>(async () => await store.LoadAsync(_session, null, default));
        }
        finally
        {
            await server.ThawAsync();
        }
    }

    [Fact]
    public async Task EveryCall_RedisIsDown_FailsWithWords_AndWorksWhenItIsBack()
    {
        await using var server = await RedisServer.StartAsync("--appendonly", "yes");
        await using var stores = new SessionStores(server.Configuration, "Shop");
        var store = stores.Create();
        var made = await store.CommitAsync(_session, SessionUse.Set("a"), default);
        await server.KillAsync();
        await Eventually.TrueAsync(() => stores.Log.Count("RedisLost") > 0, "the loss is noticed");

        Func<Task>[] calls =
        [
            async () => await store.CommitAsync(_session, SessionUse.Set("b"), default), async () => await store.LoadAsync(_session, null, default),
            async () => await store.TouchAsync([new SessionTouch(_session, Life, null)], default), async () => await store.TouchAsync([new SessionTouch(_session, Life, Life)], default),
            async () => await store.EndAsync(_session, Life, default), async () => await store.BindAsync("alice", _session, Life, default),
            async () => await store.UnbindAsync("alice", _session, default), async () => await store.ListAsync("alice", default),
        ];
        foreach (var call in calls)
        {
            var e = await Assert.ThrowsAsync<SessionStoreException>(call);
            Assert.Contains(": no connection to Redis (", e.Message, StringComparison.Ordinal);
            Assert.Null(e.InnerException);
        }

        await server.StartAsync();
        var state = await SessionUse.EventuallyAsync(() => store.LoadAsync(_session, null, default));
        Assert.Equal((made.Revision, "a"), (state.Revision, Assert.Single(state.Entries).Key));
        await SessionUse.EverythingAsync(store);
    }

    [Fact]
    public async Task Commit_RedisCameBackEmpty_BeginsNothingAnew_AndNoRevisionIsMetAgain()
    {
        await using var server = await RedisServer.StartAsync();
        await using var stores = new SessionStores(server.Configuration, "Shop");
        var store = stores.Create();
        var made = await store.CommitAsync(_session, SessionUse.Set("a"), default);
        await server.SayAsync("FLUSHALL");

        Assert.Equal(SessionCommitOutcome.Ended, (await store.CommitAsync(_session, SessionUse.Set("b") with { Generation = made.Generation }, default)).Outcome);

        // A second of the server's later: that is how finely they begin.
        var second = await SecondAsync();
        while (await SecondAsync() == second)
        {
            await Task.Delay(20);
        }

        Assert.NotEqual(made.Revision, (await store.CommitAsync(_session, SessionUse.Set("a"), default)).Revision);

        async Task<string> SecondAsync() => ((string[])(await server.SayAsync("TIME"))!)[0];
    }

    [Fact]
    public async Task Scripts_Flushed_AreSentAgain()
    {
        await using var server = await RedisServer.StartAsync();
        await using var stores = new SessionStores(server.Configuration, "Shop");
        var store = stores.Create();
        await SessionUse.EverythingAsync(store);

        await server.SayAsync("SCRIPT", "FLUSH");

        await SessionUse.EverythingAsync(store);
    }

    [Fact]
    public async Task Commit_RedisIsFull_IsRefusedWhole_ButALogoutIsTaken()
    {
        await using var server = await RedisServer.StartAsync("--maxmemory-policy", "noeviction");
        await using var stores = new SessionStores(server.Configuration, "Shop");
        var (store, other) = (stores.Create(), SessionUse.NewSession());
        var made = await store.CommitAsync(_session, SessionUse.Set("a"), default);
        await store.CommitAsync(other, SessionUse.Set("a"), default);
        await server.SayAsync("CONFIG", "SET", "maxmemory", "1");

        foreach (var commit in new[] { SessionUse.Set("b"), SessionUse.Set("b") with { Clear = true }, SessionUse.Set("b") with { Remove = ["a"] } })
        {
            var e = await Assert.ThrowsAsync<SessionStoreException>(async () => await store.CommitAsync(_session, commit, default));
            Assert.Contains("out of memory", e.Message, StringComparison.Ordinal);
        }

        var state = await store.LoadAsync(_session, null, default);
        Assert.Equal((made.Revision, made.Generation, "a"), (state.Revision, state.Generation, Assert.Single(state.Entries).Key));
        Assert.Equal(SessionCommitOutcome.Committed, (await store.CommitAsync(_session, SessionUse.Clear(), default)).Outcome);
        Assert.Empty((await store.LoadAsync(_session, null, default)).Entries);
        Assert.True(await store.EndAsync(other, Life, default));
        Assert.True((await store.LoadAsync(other, null, default)).HasEnded);
    }

    [Fact]
    public async Task EveryCall_OnACluster_KeepsToOneSlot()
    {
        await using var server = await RedisServer.StartAsync("--cluster-enabled", "yes");
        await server.SayAsync("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
        await using var stores = new SessionStores(server.Configuration, "Shop {1}");

        // It takes a moment until the server serves its slots.
        var store = stores.Create();
        await SessionUse.EventuallyAsync(() => store.LoadAsync(_session, null, default));
        await SessionUse.EverythingAsync(store);
    }
}
