using System.Globalization;

namespace Graceful.Redis.Tests.Fleet;

/// <summary>What only a real server shows: which form of the scripts it runs, and later revisions.</summary>
public class RedisFleetStoreServerTests(RedisFixture redis, GarnetFixture garnet) : IClassFixture<RedisFixture>, IClassFixture<GarnetFixture>
{
    [Fact]
    public async Task Scripts_OnRedis_RunWithFlags() => Assert.Equal((true, false), await FormsAsync(redis.Server.Configuration));

    [Fact]
    public async Task Scripts_OnGarnet_RunPlain() => Assert.Equal((false, true), await FormsAsync(garnet.Configuration));

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

    private static async Task<(bool Flagged, bool Plain)> FormsAsync(string configuration)
    {
        await using var stores = new Stores(configuration, string.Create(CultureInfo.InvariantCulture, $"fleet-{Guid.NewGuid():N}"));
        await stores.Create().BeatAsync(new Beats("a").Next(), default);
        await using var connection = await stores.ConnectAsync();
        var known = (int[])(await connection.GetServers()[0].ExecuteAsync("SCRIPT", "EXISTS", FleetScripts.Beat.Flagged.Hash, FleetScripts.Beat.Plain.Hash))!;
        return (known[0] == 1, known[1] == 1);
    }
}
