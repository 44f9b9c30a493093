using System.Net;
using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Fleet;

/// <summary>The fleet's Redis is gone for a while, with the data that it had.</summary>
[Trait(Categories.Name, Categories.Peers)]
public sealed class StoreOutageTests
{
    /// <summary>What timers and clocks may add to F before Enter refuses.</summary>
    private const long Grain = 50_000;

    [Fact]
    public async Task RedisDown_Strict_StopsWritingWhenTheFenceSaysAndReturnsByItself()
    {
        await using var fleet = await FleetRun.StartApartAsync();
        var (first, second) = (await fleet.StartServingAsync("1-2", isFirst: true, FleetRun.RetainManually), await fleet.StartServingAsync("1-2"));
        await fleet.WrittenAsync(1, by: second);

        await fleet.Store.KillAsync();
        var down = FleetRecord.Now;
        await first.StoodAsync("Fenced", after: down);
        await second.StoodAsync("Fenced", after: down);
        await first.AnswersAsync(HttpStatusCode.ServiceUnavailable);
        await first.App.LineAsync("Not serving: the fleet's store has not answered for");
        await first.App.EventAsync("writer-stopped");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await first.App.Http.GetAsync("/hello", TestContext.Current.CancellationToken)).StatusCode);

        var up = FleetRecord.Now;
        await fleet.Store.StartAsync();
        await first.StoodAsync("Serving", after: up);
        await second.StoodAsync("Serving", after: up);
        await first.AnswersAsync(HttpStatusCode.OK);
        await fleet.WrittenAsync(1, by: first, after: up);

        // It remembers: level 2 may exist, so whoever cannot read it is refused.
        var old = fleet.Start("1-1");
        await old.StandsAsync("Incompatible");

        var fence = down + (long)FleetRun.FenceAfter.TotalMicroseconds + Grain;
        Assert.DoesNotContain(await fleet.ReadRecordsAsync(), r => r.Entered > fence && r.Entered < up);
        await fleet.AssertSafeAsync();
    }

    [Fact]
    public async Task RedisDown_FailOpen_GoesOnAndSaysSo()
    {
        await using var fleet = await FleetRun.StartApartAsync();
        var member = await fleet.StartServingAsync("1-2", isFirst: true, s => s.With("Graceful__Fleet__Isolation", "FailOpen"));

        await fleet.Store.KillAsync();
        var down = FleetRecord.Now;
        await member.StoodAsync("Degraded", after: down);

        // Past F it still writes, at the level that it knows, and is ready.
        await fleet.WrittenAsync(1, by: member, after: member.Now.Since);
        await member.AnswersAsync(HttpStatusCode.OK);
        await member.App.LineAsync("Degraded: the fleet's store has not answered for");
        member.App.Output.AssertNever("writer-stopped");

        var up = FleetRecord.Now;
        await fleet.Store.StartAsync();
        await member.StoodAsync("Serving", after: up);
        member.App.Output.AssertNever("refused");
        await fleet.AssertSafeAsync();
    }

    [Fact]
    public async Task RedisDown_AtTheStart_WaitsAliveAndJoinsWhenItComes()
    {
        await using var fleet = await FleetRun.PrepareApartAsync();
        var member = fleet.Start("1-2", isFirst: true);
        await member.App.EventAsync("started");

        await member.AnswersAsync(HttpStatusCode.ServiceUnavailable);
        await member.UntilReasonAsync("waiting for the fleet's store: the store failed");
        member.App.Output.AssertNever("writer-started");

        await fleet.Store.StartAsync();
        await member.StandsAsync("Serving");
        await member.AnswersAsync(HttpStatusCode.OK);
        await fleet.WrittenAsync(1, by: member);
        await fleet.AssertSafeAsync();
    }

    [Fact]
    public async Task RedisRestarted_WithoutItsData_IsToldByTheMembers()
    {
        // Whoever had to guess from what these builds read would take level 0 for written, and [0,3] for the window.
        await using var fleet = await FleetRun.StartApartAsync();
        var (first, second) = (await fleet.StartServingAsync("1-2", isFirst: true, FleetRun.RetainManually), await fleet.StartServingAsync("0-3", more: FleetRun.RetainManually));
        await fleet.WrittenAsync(1, by: second);

        await fleet.Store.KillAsync();
        fleet.Store.ForgetData();
        var up = FleetRecord.Now;
        await fleet.Store.StartAsync();

        var old = fleet.Start("1-1");
        await old.StandsAsync("Incompatible");
        Assert.StartsWith("Contract 'session': data of levels [1,2] may exist", old.Now.Reason, StringComparison.Ordinal);
        await first.StandsAsync("Serving");
        await second.StandsAsync("Serving");
        await fleet.WrittenAsync(1, by: first, after: up);
        await fleet.WrittenAsync(1, by: second, after: up);
        Assert.All(old.Levels, l => Assert.True(l.Epoch > up));
        Assert.All(first.Levels.Concat(second.Levels), l => Assert.Equal((1, 1, 2), (l.Active, l.Low, l.High)));
        await fleet.AssertSafeAsync();
    }
}
