using System.Net;

namespace Graceful.RollingUpdate.Tests.Fleet;

[Trait(Categories.Name, Categories.Peers)]
public sealed class FrozenMemberTests
{
    /// <summary>Two sleep while the fleet moves from level 1 to level 2 and forgets level 1. What they believe when they wake is long untrue, and nothing has told them.</summary>
    [Fact]
    public async Task Sigstop_WhileTheFleetMovesOn_WakesWithoutWritingWhatItBelieves()
    {
        await using var fleet = await FleetRun.StartInOneAsync();
        var old = await fleet.StartServingAsync("1-1", isFirst: true);
        var (sleeper, awake) = (fleet.Start("1-2"), fleet.Start("1-2"));
        await sleeper.StandsAsync("Serving");
        await awake.StandsAsync("Serving");
        await fleet.WrittenAsync(1, by: sleeper);
        await fleet.WrittenAsync(1, by: awake);
        old.Freeze();
        sleeper.Freeze();
        await awake.KnowsAsync(l => l is { Active: 2, Low: 2, High: 2, Mode: "Confirming" }, "does not hear that level 1 is gone");

        var woken = FleetRecord.Now;
        old.Wake();
        sleeper.Wake();

        // Refused, but alive; or back, and up to date.
        await old.StoodAsync("Incompatible", after: woken);
        await old.AnswersAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Contains("Contract 'session': data of levels", old.Now.Reason, StringComparison.Ordinal);
        await fleet.WrittenAsync(2, by: sleeper);
        await sleeper.StandsAsync("Serving"); // What it writes may be seen before what it says of itself.
        await sleeper.AnswersAsync(HttpStatusCode.OK);

        var later = (await fleet.ReadRecordsAsync()).Where(r => r.Entered > woken).ToList();
        Assert.DoesNotContain(later, r => r.Member == old.Id);
        Assert.DoesNotContain(later, r => r.Level != 2);
        await fleet.AssertSafeAsync();
    }
}
