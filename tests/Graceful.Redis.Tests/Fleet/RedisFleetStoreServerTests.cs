using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace Graceful.Redis.Tests.Fleet;

/// <summary>What only a real server shows: which form of the scripts it runs, slots, later revisions, and many members.</summary>
public class RedisFleetStoreServerTests(RedisFixture redis, GarnetFixture garnet) : IClassFixture<RedisFixture>, IClassFixture<GarnetFixture>
{
    [Fact]
    public async Task Scripts_OnRedis_RunWithFlags() => Assert.Equal((true, false), await FormsAsync(redis.Server.Configuration));

    [Fact]
    public async Task Scripts_OnGarnet_RunPlain() => Assert.Equal((false, true), await FormsAsync(garnet.Configuration));

    [Fact]
    public async Task EveryPrimitive_OnACluster_KeepsToOneSlot()
    {
        await using var server = await RedisServer.StartAsync("--cluster-enabled", "yes");
        await server.SayAsync("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
        await using var stores = new Stores(server.Configuration, "shop");
        var (store, beats) = (stores.Create(), new Beats("a"));

        await Eventually.BeatAsync(store, () => beats.Next(withdraws: true, info: "{}"));
        await Beats.InstallAsync(store);
        Assert.Equal(BeatStatus.Held, (await store.BeatAsync(beats.Next(), default)).Status);
        Assert.Single(await store.ReadMembersAsync(default));
        await store.LeaveAsync("a", default);
        Assert.Empty((await store.TakeCensusAsync(default)).Groups);
    }

    [Fact]
    public async Task State_OfALaterRevision_IsNotRead_AndNotOverwritten()
    {
        await using var stores = new Stores(redis.Server.Configuration, $"fleet-{Guid.NewGuid():N}");
        var (store, beats) = (stores.Create(), new Beats("a"));
        var state = await Beats.InstallAsync(store);
        await using var connection = await stores.ConnectAsync();
        await connection.GetDatabase().HashSetAsync(stores.Keys.State, "c:session", "2 1 1 1 1|as later versions write it");

        // A join is held against what every revision begins with; the rest is not understood.
        var refused = await store.BeatAsync(new Beats("b", "session 2 2 2 - 0").Next(known: state.Epoch), default);
        var e = await Assert.ThrowsAsync<RedisStoreException>(async () => await store.TakeCensusAsync(default));
        await Assert.ThrowsAsync<RedisStoreException>(async () => await store.BeatAsync(beats.Next(), default));

        Assert.Equal(BeatStatus.Incompatible, refused.Status);
        Assert.Contains("'c:session': it is of revision 2, of a later version of Graceful; this one reads up to 1", e.Message, StringComparison.Ordinal);
        Assert.Equal("2 1 1 1 1|as later versions write it", (await connection.GetDatabase().HashGetAsync(stores.Keys.State, "c:session")).ToString());
    }

    [Fact]
    public async Task Key_HoldsSomethingElse_IsSaid()
    {
        await using var stores = new Stores(redis.Server.Configuration, $"fleet-{Guid.NewGuid():N}");
        await using var connection = await stores.ConnectAsync();
        await connection.GetDatabase().StringSetAsync(stores.Keys.State, "x");

        var e = await Assert.ThrowsAsync<RedisStoreException>(async () => await stores.Create().BeatAsync(new Beats("a").Next(), default));

        Assert.Contains("a key of the fleet holds something else (WRONGTYPE)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_OfALongGone_AreForgotten_WithTheirProfiles()
    {
        await using var stores = new Stores(redis.Server.Configuration, $"fleet-{Guid.NewGuid():N}");
        var store = stores.Create();
        await store.BeatAsync(new Beats("a", "session 0 7 7 - 0").Next(info: "{}") with { Lease = TimeSpan.Zero }, default);
        await store.BeatAsync(new Beats("b").Next(), default);
        await using var connection = await stores.ConnectAsync();
        var database = connection.GetDatabase();
        await Eventually.TrueAsync(
            () =>
            {
                _ = store.TakeCensusAsync(default).AsTask().GetAwaiter().GetResult();
                return database.SortedSetLength(stores.Keys.Gone) == 1;
            },
            "the lease has expired");

        await database.SortedSetDecrementAsync(stores.Keys.Gone, "a", Microseconds.Of(TimeSpan.FromMinutes(5)));
        await store.TakeCensusAsync(default);

        Assert.Equal("b", Assert.Single(await store.ReadMembersAsync(default)).Id);
        Assert.Equal((1, 0, 1), (await database.HashLengthAsync(stores.Keys.Members), await database.HashLengthAsync(stores.Keys.Infos), await database.HashLengthAsync(stores.Keys.Profiles)));
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(5_000)]
    [InlineData(20_000)]
    public async Task Fleet_OfMany_IsCountedAndReadWhole_AndAfterAnOutageDroppedWhole(int members)
    {
        await using var server = await RedisServer.StartAsync();
        await using var stores = new Stores(server.Configuration, "shop");
        var store = stores.Create();
        foreach (var ids in Enumerable.Range(0, members).Chunk(500))
        {
            await Task.WhenAll(ids.Select(n => store.BeatAsync(
                new FleetBeat($"{n:x32}", 1, n % 2 == 0 ? "session 1 1 1 - 0" : "session 1 2 2 - 0", n, 0, false, true, TimeSpan.FromMinutes(5), """{"version":"1.4.0","address":"10.0.0.1:8080"}"""), default).AsTask()));
        }

        await store.TakeCensusAsync(default);
        await server.SayAsync("CONFIG", "RESETSTAT");
        var census = await store.TakeCensusAsync(default);
        var taken = await server.SayAsync("INFO", "commandstats");
        var roll = await store.ReadMembersAsync(default);
        var memory = (string)(await server.SayAsync("INFO", "memory"))!;

        Assert.Equal([(members / 2, 0), (members / 2, 1)], census.Groups.Select(g => (g.Count, (int)g.Acknowledged)));
        Assert.Equal(members, roll.Count);
        Assert.All(roll, m => Assert.True(m.IsLive && m.Info is not null));
        TestContext.Current.TestOutputHelper!.WriteLine($"{members} members: {Line(taken.ToString()!, "cmdstat_evalsha")} {Line(memory, "used_memory:")}");

        // Redis was away for longer than a lease: all have run out at once.
        await using var connection = await stores.ConnectAsync();
        var leases = await connection.GetDatabase().SortedSetRangeByRankWithScoresAsync(stores.Keys.Leases);
        await connection.GetDatabase().SortedSetAddAsync(stores.Keys.Leases, [.. leases.Select(l => new SortedSetEntry(l.Element, l.Score - 600e6))]);
        var start = Stopwatch.GetTimestamp();
        var reply = await store.BeatAsync(new FleetBeat("new", 1, "", 0, 0, false, true, TimeSpan.FromMinutes(5), null), default);
        Assert.Equal(1, reply.Live);
        Assert.Single((await store.TakeCensusAsync(default)).Groups);
        TestContext.Current.TestOutputHelper!.WriteLine($"{members} dropped: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms");
        Assert.Equal(1, await connection.GetDatabase().SortedSetLengthAsync(stores.Keys.Leases));
    }

    private static string Line(string info, string name) => info.Split('\n').FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal))?.Trim() ?? string.Empty;

    private static async Task<(bool Flagged, bool Plain)> FormsAsync(string configuration)
    {
        await using var stores = new Stores(configuration, string.Create(CultureInfo.InvariantCulture, $"fleet-{Guid.NewGuid():N}"));
        await stores.Create().BeatAsync(new Beats("a").Next(), default);
        await using var connection = await stores.ConnectAsync();
        var known = (int[])(await connection.GetServers()[0].ExecuteAsync("SCRIPT", "EXISTS", FleetScripts.Beat.Flagged.Hash, FleetScripts.Beat.Plain.Hash))!;
        return (known[0] == 1, known[1] == 1);
    }
}
