namespace Graceful.Redis.Tests.Failures;

/// <summary>A Redis that is full.</summary>
public class MemoryTests
{
    private readonly Beats _beats = new("a");

    [Fact]
    public async Task EveryPrimitive_RedisIsFull_WorksAllTheSame()
    {
        await using var server = await RedisServer.StartAsync("--maxmemory-policy", "noeviction");
        await using var stores = new Stores(server.Configuration, "shop");
        await server.SayAsync("CONFIG", "SET", "maxmemory", "1");
        var full = await Assert.ThrowsAsync<StackExchange.Redis.RedisServerException>(() => server.SayAsync("SET", "session:1", "x"));
        Assert.StartsWith("OOM", full.Message, StringComparison.Ordinal);

        var store = stores.Create();
        Assert.Equal(BeatStatus.NoState, (await store.BeatAsync(_beats.Next(withdraws: true, info: "{}"), default)).Status);
        await Beats.InstallAsync(store);
        Assert.Equal(BeatStatus.Held, (await store.BeatAsync(_beats.Next(), default)).Status);
        await store.LeaveAsync("a", default);
        Assert.Empty((await store.TakeCensusAsync(default)).Groups);
    }

    [Theory]
    [InlineData("allkeys-lru", 1)]
    [InlineData("allkeys-random", 1)]
    [InlineData("volatile-lru", 0)]
    [InlineData("noeviction", 0)]
    public async Task Look_RedisMayEvictAnyKey_WarnsOnce(string policy, int warnings)
    {
        await using var server = await RedisServer.StartAsync("--maxmemory-policy", policy);
        await using var stores = new Stores(server.Configuration, "shop");
        var warning = new EvictionWarning(stores.Runner(), stores.Keys.All, stores.Log.Create<EvictionWarning>());

        await warning.LookOnceAsync();
        await warning.LookOnceAsync();

        Assert.Equal(warnings, stores.Log.Count("FleetMayBeEvicted"));
        Assert.All(stores.Log.All.Where(l => l.Event.Name == "FleetMayBeEvicted"), l => Assert.Contains(policy, l.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Beat_RedisMayEvictAnyKey_Warns()
    {
        await using var server = await RedisServer.StartAsync("--maxmemory-policy", "allkeys-lfu");
        await using var stores = new Stores(server.Configuration, "shop");

        await stores.Create().BeatAsync(_beats.Next(), default);

        await Eventually.TrueAsync(() => stores.Log.Count("FleetMayBeEvicted") == 1, "the warning");
    }

    [Theory]
    [InlineData("s")]
    [InlineData("l")]
    [InlineData("m")]
    [InlineData("p")]
    [InlineData("i")]
    [InlineData("w")]
    public async Task Beat_AKeyWasEvicted_TheMemberIsBackAfterOneRenewal(string key)
    {
        await using var server = await RedisServer.StartAsync();
        await using var stores = new Stores(server.Configuration, "shop");
        var store = stores.Create();
        await store.BeatAsync(_beats.Next(withdraws: true, info: "{}"), default);
        var state = await Beats.InstallAsync(store);
        var before = await store.TakeCensusAsync(default);

        await server.SayAsync("DEL", $"gf1:{{shop}}:{key}");

        // A member whose record is gone is not left out of a decision: it drops out of the membership, or the census fails, until it has renewed.
        var census = await Record.ExceptionAsync(async () => Assert.True((await store.TakeCensusAsync(default)) is { } c && (c.Groups.Length == 1 || c.Revision != before.Revision || key == "l")));
        Assert.True(census is null or RedisStoreException);
        var reply = await store.BeatAsync(_beats.Next(withdraws: true, info: "{}"), default);
        Assert.Equal((key == "s" ? BeatStatus.NoState : BeatStatus.Held, 1, 0, false), (reply.Status, reply.Live, reply.WithdrawalRank, reply.NeedsInfo));
        Assert.Equal(key == "s" ? 0 : state.Epoch, reply.Epoch);
        Assert.Equal(1, Assert.Single((await store.TakeCensusAsync(default)).Groups).Count);
    }
}
