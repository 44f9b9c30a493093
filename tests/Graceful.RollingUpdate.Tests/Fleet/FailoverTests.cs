using Graceful.Redis.Tests.Testing;
using Graceful.RollingUpdate.Tests.Processes;
using StackExchange.Redis;

namespace Graceful.RollingUpdate.Tests.Fleet;

[Trait(Categories.Name, Categories.Peers)]
public sealed class FailoverTests
{
    private const string Committing = "8";

    /// <summary>
    /// A replica is promoted that missed the last moments, of all moments those in which level 2 was written for the first time. An instance that cannot read it asks the promoted one before any
    /// member has told it.
    /// </summary>
    [Fact]
    public async Task ReplicaPromoted_WithoutTheLastWrites_LetsNobodyInWhoCannotReadThem()
    {
        await using var fleet = await FleetRun.StartApartAsync();
        await using var replica = await RedisServer.StartAsync("--replicaof", $"127.0.0.1 {fleet.Store.Port}");
        await using var address = new TcpForwarder(fleet.Store.Port);
        var founder = fleet.Start("1-1", isFirst: true, store: address.Configuration);
        await founder.StandsAsync("Serving");
        var (first, second) = (fleet.Start("1-2", store: address.Configuration), fleet.Start("1-2", store: address.Configuration));
        await first.StandsAsync("Serving");
        await second.StandsAsync("Serving");
        founder.App.Signal(Signals.Term);
        await founder.App.ExitsCleanlyAsync();

        // The replica hears of everything but the last step: from here on both go their own ways.
        await first.KnowsAsync(l => l.Mode == "Committing", "does not come to the last step before level 2");
        var promoted = FleetRecord.Now;
        await replica.SayAsync("REPLICAOF", "NO", "ONE");
        Assert.Equal(Committing, await ModeAsync(replica));
        await fleet.WrittenAsync(2, by: first);
        await fleet.WrittenAsync(2, by: second);
        var ahead = FleetRecord.Now;

        var old = fleet.Start("1-1", store: replica.Configuration);
        await old.StandsAsync("Incompatible");
        await fleet.Store.KillAsync();
        address.Target = replica.Port;

        // A client may find the new master before it has to. Nothing but the two memories put together leads to this mode here.
        await first.KnowsAsync(l => l is { Low: 1, High: 2, Mode: "Shrinking" } && l.Epoch > promoted, "does not learn that level 2 may exist");
        await second.KnowsAsync(l => l is { Low: 1, High: 2, Mode: "Shrinking" } && l.Epoch > promoted, "does not learn that level 2 may exist");
        await fleet.WrittenAsync(1, by: first, after: ahead);
        await fleet.WrittenAsync(1, by: second, after: ahead);
        Assert.DoesNotContain(old.Standings, s => s.Standing == "Serving");
        await fleet.AssertSafeAsync();
    }

    /// <summary>See ContractStateText: "…|active low high priorLow priorHigh mode …".</summary>
    private static async Task<string> ModeAsync(RedisServer server)
    {
        await using var connection = await server.ConnectAsync();
        var state = (await connection.GetDatabase().HashGetAsync(FleetRun.State, "c:session", CommandFlags.PreferReplica)).ToString();
        return state.Split('|')[1].Split(' ')[5];
    }
}
