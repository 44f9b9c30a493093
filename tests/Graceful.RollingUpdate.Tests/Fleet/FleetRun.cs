using Graceful.Redis.Tests.Testing;
using Graceful.RollingUpdate.Tests.Processes;
using StackExchange.Redis;

namespace Graceful.RollingUpdate.Tests.Fleet;

/// <summary>
/// A fleet of real processes. It lives in a Redis that a test may harm; the data that its members write lies in one that is never harmed, and may be the same.
/// </summary>
internal sealed class FleetRun : IAsyncDisposable
{
    private const string Name = "fleet";
    private readonly List<FleetMemberProcess> _members = [];
    private readonly string _waits;

    private FleetRun(RedisServer store, RedisServer data, TimeSpan bake)
    {
        (Store, Data, _waits) = (store, data, bake.ToString("c"));
    }

    /// <summary>How long a record may exist. Members declare it, and the check of the records counts with it.</summary>
    public static TimeSpan Retention { get; } = TimeSpan.FromSeconds(1);

    /// <summary>F: this long after the last renewal a member that is cut off must have stopped writing.</summary>
    public static TimeSpan FenceAfter { get; } = TimeSpan.FromSeconds(5);

    public static RedisKey State { get; } = $"gf1:{{{Name}}}:s";

    public static RedisKey Leases { get; } = $"gf1:{{{Name}}}:l";

    public RedisServer Store { get; }

    public RedisServer Data { get; }

    /// <summary>One Redis for the fleet and for its data: each record then tells what the fleet's state was when it was written.</summary>
    public static async Task<FleetRun> StartInOneAsync(TimeSpan? bake = null)
    {
        Categories.RequirePeer("redis-server");
        var server = await RedisServer.StartAsync();
        return new FleetRun(server, server, bake ?? TimeSpan.FromSeconds(0.2));
    }

    /// <summary>The fleet's Redis is not running yet. It keeps what it has acknowledged when it is killed: written to its file, though not to the disk, which may be slow.</summary>
    public static async Task<FleetRun> PrepareApartAsync(TimeSpan? bake = null)
    {
        Categories.RequirePeer("redis-server");
        return new FleetRun(RedisServer.Prepare("--appendonly", "yes", "--appendfsync", "no"), await RedisServer.StartAsync(), bake ?? TimeSpan.FromSeconds(0.2));
    }

    public static async Task<FleetRun> StartApartAsync(TimeSpan? bake = null)
    {
        var run = await PrepareApartAsync(bake);
        await run.Store.StartAsync();
        return run;
    }

    /// <param name="range">The levels that its build supports: "1-2".</param>
    /// <param name="isFirst">Whether it may found the fleet without waiting for members of before.</param>
    /// <param name="more">Further settings.</param>
    /// <param name="store">Where it looks for the fleet.</param>
    public FleetMemberProcess Start(string range, bool isFirst = false, Func<AppSettings, AppSettings>? more = null, string? store = null)
    {
        var settings = new AppSettings { Probes = true, PropagationDelay = TimeSpan.Zero }
            .With("Graceful__Fleet__Name", Name)
            .With("Graceful__Fleet__Version", range)
            .With("Graceful__Fleet__RenewInterval", "00:00:01")
            .With("Graceful__Fleet__LeaseDuration", "00:00:03")
            .With("Graceful__Fleet__FenceAfter", FenceAfter.ToString("c"))
            .With("Graceful__Fleet__MaxOperation", "00:00:00.5")
            .With("Graceful__Fleet__ExclusionWait", "00:00:15.5")
            .With("Graceful__Fleet__Isolation", "Strict")
            .With("Graceful__Compatibility__Bake", _waits)
            .With("Graceful__Redis__Configuration", $"{store ?? Store.Configuration},connectTimeout=500")
            .With("Session", range)
            .With("Retention", Retention.ToString("c"))
            .With("Data", Data.Configuration);
        if (isFirst)
        {
            settings = settings.With("Graceful__Fleet__FormingWait", "00:00:00");
        }

        var member = new FleetMemberProcess(AppProcess.Start("fleet", more?.Invoke(settings) ?? settings), range);
        _members.Add(member);
        return member;
    }

    public async Task<FleetMemberProcess> StartServingAsync(string range, bool isFirst = false, Func<AppSettings, AppSettings>? more = null)
    {
        var member = Start(range, isFirst, more);
        await member.StandsAsync("Serving");
        return member;
    }

    /// <summary>
    /// Level 2 may exist from the beginning, and does until an operator says otherwise: whoever founds a fleet takes all levels that it reads for written. So 1-1 is refused, however long it takes to
    /// start.
    /// </summary>
    public static AppSettings RetainManually(AppSettings settings) => settings.With("Retention", "manual");

    public async Task<IReadOnlyList<FleetRecord>> ReadRecordsAsync()
    {
        await using var connection = await Data.ConnectAsync();
        return [.. (await connection.GetDatabase().ListRangeAsync("log")).Select(r => FleetRecord.Parse(r.ToString()))];
    }

    /// <summary>Waits until somebody (or this member) has written at this level after that moment.</summary>
    public Task WrittenAsync(int level, FleetMemberProcess? by = null, long after = 0) => Poll.UntilAsync(
        async () => (await ReadRecordsAsync()).Any(r => r.Level == level && r.Entered > after && (by is null || r.Member == by.Id)),
        () => $"Nothing is written at level {level}.");

    /// <summary>No invariant has been broken; ends all members first, so that everything is known.</summary>
    public async Task AssertSafeAsync()
    {
        foreach (var member in _members)
        {
            await member.App.DisposeAsync();
        }

        FleetRecords.AssertSafe(await ReadRecordsAsync(), _members);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.App.DisposeAsync();
        }

        await Store.DisposeAsync();
        if (Data != Store)
        {
            await Data.DisposeAsync();
        }
    }
}
