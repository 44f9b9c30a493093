using System.Reflection;
using System.Text.RegularExpressions;

namespace Graceful.Redis.Tests.Failures;

/// <summary>The permissions that docs/redis.md names: enough, and each of them needed.</summary>
public partial class AclTests
{
    private const string Password = "correct-horse";
    private const string User = "battery-staple";

    private static string Root => typeof(AclTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    /// <summary>Words of the rule in the docs, for the fleet "Shop".</summary>
    private static readonly string[] Rule = ReadRule();

    /// <summary>What the fleet can do without; the docs say what is lost.</summary>
    private static readonly string[] Optional = ["+info"];

    public static TheoryData<string> Commands => [.. Rule.Where(r => r.StartsWith('+')).Except(Optional)];

    [Fact]
    public async Task Rule_OfTheDocs_IsEnough_AndNothingWasDenied()
    {
        await using var server = await RedisServer.StartAsync();
        await using var stores = await UseAsync(server, Rule);

        Assert.Null(await Record.ExceptionAsync(() => UseEverythingAsync(stores)));

        Assert.DoesNotContain(stores.Log.All, l => l.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);
        var denied = ((StackExchange.Redis.RedisResult[])(await server.SayAsync("ACL", "LOG"))!).Select(e => e.ToDictionary()["object"].ToString()).ToArray();

        // What the client tries when it connects, and does without.
        Assert.Subset(new HashSet<string>(["client|setname", "client|setinfo", "client|id", "config|get", "cluster|nodes", "cluster|slots", "sentinel|masters"]), denied.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Rule_WithoutOneOfItsCommands_IsNotEnough_AndTheErrorSaysSo(string command)
    {
        await using var server = await RedisServer.StartAsync();
        await using var stores = await UseAsync(server, [.. Rule.Except([command])]);

        var failure = await Record.ExceptionAsync(() => UseEverythingAsync(stores));

        if (command == "+ping")
        {
            // The client's own, when it opens the connection for subscriptions.
            await Eventually.TrueAsync(() => stores.Log.Count("RedisLost") > 0, "the connection is refused");
        }

        var said = string.Join('\n', stores.Log.All.Select(l => l.Message).Append(failure?.Message));
        Assert.Contains(command switch { "+echo" => "Redis refuses the client's greeting", "+ping" => "ProtocolFailure", "+publish" => "could not be published", _ => "NOPERM" }, said, StringComparison.Ordinal);
        Assert.True(failure is null or RedisStoreException or SessionStoreException, failure?.ToString());
        Assert.DoesNotContain(User, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rule_WithoutWhatIsOptional_IsEnough()
    {
        await using var server = await RedisServer.StartAsync("--maxmemory-policy", "allkeys-lru");
        await using var stores = await UseAsync(server, [.. Rule.Except(Optional)]);

        Assert.Null(await Record.ExceptionAsync(() => UseEverythingAsync(stores)));

        Assert.DoesNotContain(stores.Log.All, l => l.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    [Theory]
    [InlineData("~shop:*", "shop:")]
    [InlineData("~????????-????-????-????-????????????", "")]
    public async Task Rule_WithTheOldPlaceOfSessions_IsEnoughToMoveThem_AndWithoutItIsNot(string pattern, string instanceName)
    {
        Assert.Contains($"`{pattern}`", File.ReadAllText(Path.Combine(Root, "docs", "redis.md")), StringComparison.Ordinal);
        await using var server = await RedisServer.StartAsync();
        await using var refused = await UseAsync(server, Rule);
        var failure = await Assert.ThrowsAsync<SessionStoreException>(() => MoveAsync(refused, instanceName));
        Assert.Contains("NOPERM", failure.Message, StringComparison.Ordinal);
        await using var stores = await UseAsync(server, [.. Rule, pattern]);

        await MoveAsync(stores, instanceName);
    }

    [Theory]
    [InlineData("~")]
    [InlineData("&")]
    public async Task Rule_ForAnotherFleet_IsNotEnough(string kind)
    {
        await using var server = await RedisServer.StartAsync();
        await using var stores = await UseAsync(server, [.. Rule.Select(r => r.StartsWith(kind, StringComparison.Ordinal) ? r.Replace("Shop", "Other", StringComparison.Ordinal) : r)]);

        var failure = await Record.ExceptionAsync(() => UseEverythingAsync(stores));

        Assert.True(kind == "&" ? failure is null && stores.Log.Count("FleetNotPublished") > 0 : failure is RedisStoreException);
    }

    [Fact]
    public async Task Channel_Missing_IsSaid_AndTheStateIsWrittenAllTheSame()
    {
        await using var server = await RedisServer.StartAsync();
        await using var stores = await UseAsync(server, [.. Rule.Where(r => !r.StartsWith('&'))]);
        var store = stores.Create();
        using var registration = store.OnChanged(() => { });
        await store.BeatAsync(new Beats("a").Next(), default);

        var state = await Beats.InstallAsync(store);

        Assert.Equal(state.Epoch, (await store.TakeCensusAsync(default)).State.Epoch);
        Assert.Contains("&", stores.Log.All.Single(l => l.Event.Name == "FleetNotPublished").Message, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => stores.Log.Count("FleetChannelSilent") == 1, "the failed subscription is told of");
        Assert.Contains("NOPERM", stores.Log.All.Single(l => l.Event.Name == "FleetChannelSilent").Message, StringComparison.Ordinal);
    }

    private static async Task<Stores> UseAsync(RedisServer server, string[] rule)
    {
        await server.SayAsync("ACL", ["SETUSER", User, "on", $">{Password}", "resetkeys", "resetchannels", .. rule]);
        await server.SayAsync("ACL", "LOG", "RESET");
        return new Stores($"{server.Configuration},user={User},password={Password}", "Shop");
    }

    /// <summary>Every path of every script.</summary>
    private static async Task UseEverythingAsync(Stores stores)
    {
        var (store, other) = (stores.Create(), stores.Create());
        var heard = new TaskCompletionSource();
        using var registration = other.OnChanged(() => heard.TrySetResult());
        var (a, b, c) = (new Beats("a"), new Beats("b", "session 2 2 2 - 0"), new Beats("c"));
        await store.BeatAsync(a.Next(withdraws: true, info: "{}"), default);
        await store.BeatAsync(b.Next() with { Lease = TimeSpan.FromMilliseconds(1) }, default);
        await Beats.InstallAsync(store, level: 2);
        await Beats.InstallAsync(store);
        await store.BeatAsync(b.Next(), default);
        await store.BeatAsync(c.Next(), default);
        await store.ReadMembersAsync(default);

        // A contract that goes, and a profile that nobody has any more.
        var census = await store.TakeCensusAsync(default);
        await store.TryReplaceAsync(census, FleetState.None with { Epoch = census.State.Epoch + 1 }, default);
        await store.LeaveAsync("b", default);
        await store.LeaveAsync("c", default);
        await store.TakeCensusAsync(default);
        await using var sessions = new SessionStores(stores.Configuration, stores.Fleet);
        await SessionUse.EverythingAsync(sessions.Create());
        await UseKeyRingAsync(stores.CreateKeyRing());
        if (stores.Log.Count("FleetNotPublished") == 0)
        {
            for (var i = 0; i < 50 && !heard.Task.IsCompleted && stores.Log.Count("FleetChannelSilent") == 0; i++)
            {
                await Beats.InstallAsync(store);
                await Task.WhenAny(heard.Task, Task.Delay(20));
            }
        }
    }

    private static async Task MoveAsync(Stores stores, string instanceName)
    {
        await using var sessions = new SessionStores(stores.Configuration, stores.Fleet);
        var (place, key, life) = (sessions.CreateOldPlace(), instanceName + Guid.NewGuid(), TimeSpan.FromMinutes(5));
        Assert.True(await place.TryWriteAsync(key, default, new SessionBlobWrite("1", "a"u8.ToArray(), life, life), default));
        await place.TouchAsync([key], life, default);
        Assert.True(await place.TryFreezeAsync(key, await place.ReadAsync(key, default), life, default));
        await place.CloseAsync(key, life * 2, default);
    }

    private static async Task UseKeyRingAsync(RedisKeyRingStore ring)
    {
        await ring.TryAcquireLeaseAsync("a", TimeSpan.FromMinutes(1), default);
        await ring.AddAsync(new KeyRingElement("key", "<key/>"), "a", default);
        await ring.AddAsync(new KeyRingElement("key", "<key/>"), null, default);
        await ring.ReadAsync(default);
        await ring.RemoveAsync("key", default);
        await ring.ReleaseLeaseAsync("a", default);
    }

    private static string[] ReadRule()
    {
        var rule = SetUser().Match(File.ReadAllText(Path.Combine(Root, "docs", "redis.md"))).Groups["rule"].Value;
        return [.. rule.Split((char[])[' ', '\n', '\\'], StringSplitOptions.RemoveEmptyEntries)];
    }

    [GeneratedRegex(@"ACL SETUSER \S+ on >\S+(?<rule>[^`]*?)\n\n")]
    private static partial Regex SetUser();
}
