using Graceful.RollingUpdate.Tests.Processes;
using StackExchange.Redis;

namespace Graceful.RollingUpdate.Tests.Fleet;

[Trait(Categories.Name, Categories.Peers)]
public sealed class MembershipTests
{
    [Fact]
    public async Task Sigterm_RequestUnderWay_KeepsItsLeaseToTheEndAndThenEndsIt()
    {
        await using var fleet = await FleetRun.StartInOneAsync();
        var member = await fleet.StartServingAsync("1-2", isFirst: true, LongLease);
        var other = await fleet.StartServingAsync("1-2", more: LongLease);
        await other.App.EventAsync($"fleet Joined {member.Id}");
        await using var connection = await fleet.Store.ConnectAsync();
        var request = member.App.Http.GetStringAsync("/slow?ms=2500", TestContext.Current.CancellationToken);
        await member.App.EventAsync("request-begun");

        member.App.Signal(Signals.Term);
        await member.App.EventAsync("phase LameDuck");
        Assert.True(await HasLeaseAsync(connection, member));
        await member.App.EventAsync("phase Draining");
        Assert.True(await HasLeaseAsync(connection, member));

        // What it writes while it drains counts: it is a member until the last request has ended.
        Assert.Equal("done", await request);
        Assert.True(member.App.Output.Events.TakeWhile(e => e != "request-ended").All(e => !e.StartsWith("standing Left", StringComparison.Ordinal)));
        await member.App.ExitsCleanlyAsync();
        Assert.False(await HasLeaseAsync(connection, member));
        await member.App.LineAsync("Left the fleet fleet");
        await other.App.EventAsync($"fleet Left {member.Id}");
        other.App.Output.AssertNever($"fleet Expired {member.Id}");
        await fleet.AssertSafeAsync();
    }

    /// <summary>So long that whoever is gone has left, and did not run out.</summary>
    private static AppSettings LongLease(AppSettings settings) => (settings with { PropagationDelay = TimeSpan.FromSeconds(1) })
        .With("Graceful__Fleet__LeaseDuration", "00:05:00")
        .With("Graceful__Fleet__FenceAfter", "00:06:00")
        .With("Graceful__Fleet__ExclusionWait", "00:07:00");

    private static async Task<bool> HasLeaseAsync(ConnectionMultiplexer connection, FleetMemberProcess member) =>
        await connection.GetDatabase().SortedSetScoreAsync(FleetRun.Leases, member.Id) is not null;
}
