using System.Diagnostics;

namespace Graceful.Redis.Tests.Failures;

/// <summary>A Redis that is not there, goes away, comes back, forgets, or sleeps.</summary>
public class OutageTests
{
    private readonly Beats _beats = new("a");

    [Fact]
    public async Task Beat_RedisIsNotThere_FailsWithWords_AndWorksOnceItIs()
    {
        await using var server = RedisServer.Prepare();
        await using var stores = new Stores(server.Configuration, "shop");
        var store = stores.Create();

        var e = await Assert.ThrowsAsync<RedisStoreException>(async () => await store.BeatAsync(_beats.Next(), default));
        Assert.StartsWith("The fleet's store took no renewal: no connection to Redis (", e.Message, StringComparison.Ordinal);
        Assert.Equal(1, stores.Log.Count("RedisNotReachable"));

        await server.StartAsync();
        Assert.Equal(BeatStatus.NoState, (await Eventually.BeatAsync(store, () => _beats.Next())).Status);
    }

    [Fact]
    public async Task Beat_WhileRedisIsDown_FailsAtOnce_AndIsNotQueued()
    {
        await using var server = await RedisServer.StartAsync();
        await using var stores = new Stores(server.Configuration, "shop");
        var store = stores.Create();
        await store.BeatAsync(_beats.Next(), default);
        await server.KillAsync();
        await Eventually.TrueAsync(() => stores.Log.Count("RedisLost") > 0, "the loss is noticed");

        var start = Stopwatch.GetTimestamp();
        await Assert.ThrowsAsync<RedisStoreException>(async () => await store.BeatAsync(_beats.Next(), default));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(3), "a beat waited for the connection");

        await server.StartAsync();
        await Eventually.TrueAsync(() => stores.Log.Count("RedisRestored") > 0, "the return is noticed");
        await Eventually.BeatAsync(store, () => _beats.Next());
    }

    [Fact]
    public async Task Beat_RedisComesBackWithItsData_TheLeaseAndTheStateAreThere()
    {
        await using var server = await RedisServer.StartAsync("--appendonly", "yes");
        await using var stores = new Stores(server.Configuration, "shop");
        var store = stores.Create();
        await store.BeatAsync(_beats.Next(info: "{}"), default);
        var state = await Beats.InstallAsync(store);

        await server.KillAsync();
        await server.StartAsync();

        var reply = await Eventually.BeatAsync(store, () => _beats.Next());
        Assert.Equal((BeatStatus.Held, state.Epoch, 1, false), (reply.Status, reply.Epoch, reply.Live, reply.NeedsInfo));
    }

    [Fact]
    public async Task Beat_RedisComesBackEmpty_SaysSo_AndForgetsNoRevisionAndNoEpoch()
    {
        await using var server = await RedisServer.StartAsync("--appendonly", "yes");
        await using var stores = new Stores(server.Configuration, "shop");
        var store = stores.Create();
        await store.BeatAsync(_beats.Next(info: "{}"), default);
        var state = await Beats.InstallAsync(store);
        var before = await store.TakeCensusAsync(default);

        await server.KillAsync();
        server.ForgetData();
        await server.StartAsync();

        var reply = await Eventually.BeatAsync(store, () => _beats.Next(known: state.Epoch, serving: true));
        Assert.Equal((BeatStatus.NoState, 0L, 1, true), (reply.Status, reply.Epoch, reply.Live, reply.NeedsInfo));
        var after = await store.TakeCensusAsync(default);
        Assert.True(after.Revision > before.Revision);
        Assert.False(await store.TryReplaceAsync(before, state with { Epoch = state.Epoch + 1 }, default));

        // What a member remembers can be put back.
        Assert.True(await store.TryReplaceAsync(after, state with { Epoch = Math.Max(state.Epoch + 1, after.Now) }, default));
        Assert.Equal(BeatStatus.Held, (await store.BeatAsync(_beats.Next(), default)).Status);
    }

    [Fact]
    public async Task Changes_AreHeardAgain_AfterRedisWasAway()
    {
        await using var server = await RedisServer.StartAsync();
        await using var stores = new Stores(server.Configuration, "shop");
        var (store, other) = (stores.Create(), stores.Create());
        var calls = 0;
        using var registration = other.OnChanged(() => Interlocked.Increment(ref calls));
        await HeardAsync();

        await server.KillAsync();
        await server.StartAsync();
        await Eventually.BeatAsync(store, () => _beats.Next());
        await HeardAsync();

        async Task HeardAsync()
        {
            var before = Volatile.Read(ref calls);
            while (Volatile.Read(ref calls) == before)
            {
                await Beats.InstallAsync(store);
                await Task.Delay(20);
            }
        }
    }

    [Fact]
    public async Task Scripts_Flushed_AreSentAgain()
    {
        await using var server = await RedisServer.StartAsync();
        await using var stores = new Stores(server.Configuration, "shop");
        var store = stores.Create();
        await store.BeatAsync(_beats.Next(), default);

        await server.SayAsync("SCRIPT", "FLUSH");

        Assert.Equal(BeatStatus.NoState, (await store.BeatAsync(_beats.Next(), default)).Status);
        await Beats.InstallAsync(store);
        await store.LeaveAsync("a", default);
        Assert.Empty(await store.ReadMembersAsync(default));
    }

    [Fact]
    public async Task Beat_RedisSleeps_FailsWithWords_AndTheLateOneDoesNoHarm()
    {
        await using var server = await RedisServer.StartAsync();
        await using var stores = new Stores($"{server.Configuration},asyncTimeout=200", "shop");
        var store = stores.Create();
        await store.BeatAsync(_beats.Next(), default);

        var sleep = server.SayAsync("DEBUG", "SLEEP", "2");
        var late = _beats.Next();
        RedisStoreException? failure = null;
        await Eventually.TrueAsync(
            () =>
            {
                failure = Record.Exception(() => store.BeatAsync(late, default).AsTask().GetAwaiter().GetResult()) as RedisStoreException;
                late = failure is null ? _beats.Next() : late;
                return failure is not null;
            },
            "a beat that is not answered");

        Assert.Contains("did not answer in time; whether it did what it was asked is not known", failure!.Message, StringComparison.Ordinal);
        await sleep;
        var next = await Eventually.BeatAsync(store, () => _beats.Next());
        Assert.Equal((BeatStatus.NoState, 1), (next.Status, next.Live));
        Assert.Equal(BeatStatus.Stale, (await store.BeatAsync(late, default)).Status);
    }

    [Fact]
    public async Task Beat_Cancelled_EndsWithTheToken()
    {
        await using var server = await RedisServer.StartAsync();
        await using var stores = new Stores(server.Configuration, "shop");
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stores.Create().BeatAsync(_beats.Next(), cancelled.Token));
    }
}
