using System.Net;

namespace Graceful.RollingUpdate.Tests.Fleet;

[Trait(Categories.Name, Categories.Peers)]
public sealed class RefusedMemberTests
{
    [Fact]
    public async Task Refused_SaysWhyAndJoinsByItselfOnceTheWindowFits()
    {
        // What founds a fleet may have found data of all its levels; so 2 may exist for a while, though 1 is written.
        await using var fleet = await FleetRun.StartInOneAsync(bake: TimeSpan.FromMinutes(10));
        var member = await fleet.StartServingAsync("1-2", isFirst: true);
        var old = fleet.Start("1-1");
        await old.StandsAsync("Incompatible");

        await old.AnswersAsync(HttpStatusCode.ServiceUnavailable);
        Assert.StartsWith("Contract 'session': data of levels [1,2] may exist, this build supports [1,1]. ", old.Now.Reason, StringComparison.Ordinal);
        Assert.Contains("This instance joins by itself then.", old.Now.Reason, StringComparison.Ordinal);
        Assert.Equal(old.Now.Reason, await old.ReasonAsync());
        await old.App.LineAsync("Not serving: Contract 'session'");
        old.App.Output.AssertNever("writer-started");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await old.App.Http.GetAsync("/hello", TestContext.Current.CancellationToken)).StatusCode);

        await old.StandsAsync("Serving");
        await old.AnswersAsync(HttpStatusCode.OK);
        Assert.Equal("hello", await old.App.Http.GetStringAsync("/hello", TestContext.Current.CancellationToken));
        await fleet.WrittenAsync(1, by: old);
        Assert.Equal("Serving", member.Now.Standing);
        await fleet.AssertSafeAsync();
    }
}
