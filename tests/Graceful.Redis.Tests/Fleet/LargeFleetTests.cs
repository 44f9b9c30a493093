using System.Globalization;
using StackExchange.Redis;

namespace Graceful.Redis.Tests.Fleet;

/// <summary>Many members. The numbers it writes are the server's own: processor time and memory, which a busy machine does not change.</summary>
public class LargeFleetTests
{
    private const int Repeats = 10;
    private const int Renewals = 2_000;
    private const string Info = """{"version":"1.4.0","address":"10.0.0.1:8080","phase":"Ready"}""";

    [Theory]
    [InlineData(1_000)]
    [InlineData(5_000)]
    [InlineData(20_000)]
    public async Task Fleet_OfMany_IsCountedAndReadWhole_AndDroppedWholeAfterAnOutage(int members)
    {
        await using var server = await RedisServer.StartAsync();
        await using var stores = new Stores(server.Configuration, "shop");
        var store = stores.Create();
        var empty = await NumberAsync(server, "memory", "used_memory");
        await BeatAsync(store, members, 1, Info);

        var memory = await NumberAsync(server, "memory", "used_memory") - empty;
        var renewal = await ProcessorAsync(server, () => BeatAsync(store, Math.Min(members, Renewals), 2, null)) / Math.Min(members, Renewals);
        var counting = await ProcessorAsync(server, async () =>
        {
            for (var i = 0; i < Repeats; i++)
            {
                await store.TakeCensusAsync(default);
            }
        }) / Repeats;
        var census = await store.TakeCensusAsync(default);
        var roll = await store.ReadMembersAsync(default);

        Assert.Equal([(members / 2, 0), (members / 2, 0)], census.Groups.Select(g => (g.Count, (int)g.Acknowledged)));
        Assert.Equal(members, roll.Count);
        Assert.All(roll, m => Assert.True(m.IsLive && m.Info is not null));
        TestContext.Current.TestOutputHelper!.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{members} members: census {counting * 1e3:0.0} ms, renewal {renewal * 1e6:0} us of the server's processor; {memory / 1024:0} KiB"));

        // Redis was away for longer than a lease: all have run out at once.
        await using var connection = await stores.ConnectAsync();
        var database = connection.GetDatabase();
        var leases = await database.SortedSetRangeByRankWithScoresAsync(stores.Keys.Leases);
        await database.SortedSetAddAsync(stores.Keys.Leases, [.. leases.Select(l => new SortedSetEntry(l.Element, l.Score - 600e6))]);
        var reply = await store.BeatAsync(new FleetBeat("new", 1, "", 0, 0, false, true, TimeSpan.FromMinutes(5), null), default);

        Assert.Equal(1, reply.Live);
        Assert.Single((await store.TakeCensusAsync(default)).Groups);
        Assert.Equal(1, await database.SortedSetLengthAsync(stores.Keys.Leases));
    }

    private static async Task BeatAsync(RedisFleetStore store, int members, long sequence, string? info)
    {
        foreach (var portion in Enumerable.Range(0, members).Chunk(500))
        {
            await Task.WhenAll(portion.Select(n => store.BeatAsync(
                new FleetBeat($"{n:x32}", sequence, n % 2 == 0 ? "session 1 1 1 - 0" : "session 1 2 2 - 0", n * 4 / members, 0, false, false, TimeSpan.FromMinutes(10), info), default).AsTask()));
        }
    }

    private static async Task<double> ProcessorAsync(RedisServer server, Func<Task> work)
    {
        var before = await CpuAsync();
        await work();
        return await CpuAsync() - before;

        async Task<double> CpuAsync() => await NumberAsync(server, "cpu", "used_cpu_user") + await NumberAsync(server, "cpu", "used_cpu_sys");
    }

    private static async Task<double> NumberAsync(RedisServer server, string section, string name)
    {
        var info = (string)(await server.SayAsync("INFO", section))!;
        return double.Parse(info.Split('\n').Single(l => l.StartsWith($"{name}:", StringComparison.Ordinal))[(name.Length + 1)..].Trim(), CultureInfo.InvariantCulture);
    }
}
