using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Fleet;

[Trait(Categories.Name, Categories.Peers)]
public sealed class CrashTests
{
    [Fact]
    public async Task Kill9_MemberInTheWay_IsOutlivedWithoutAnOperator()
    {
        await using var fleet = await FleetRun.StartInOneAsync();
        var old = await fleet.StartServingAsync("1-1", isFirst: true);
        var (first, second) = (fleet.Start("1-2"), fleet.Start("1-2"));
        await first.StandsAsync("Serving");
        await second.StandsAsync("Serving");
        await fleet.WrittenAsync(1, by: first);

        old.App.Signal(Signals.Kill);

        // Its lease runs out; then nobody is in the way of the next level. The two know each other and the one that is gone.
        await first.App.EventAsync($"fleet Expired {old.Id}");
        await first.KnowsAsync(l => l is { Active: 2, High: 2 }, "does not hear of level 2");
        await fleet.WrittenAsync(2, by: first);
        await fleet.WrittenAsync(2, by: second);
        first.App.Output.AssertNever($"fleet Left {old.Id}");
        Assert.All([first, second], m => Assert.Equal("Serving", m.Now.Standing));
        await fleet.AssertSafeAsync();
    }
}
