using System.Net;
using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Fleet;

[Trait(Categories.Name, Categories.Peers)]
public sealed class RefusedMemberTests
{
    [Fact]
    public async Task Refused_SaysWhyAndJoinsByItselfOnceTheWindowFits()
    {
        await using var fleet = await FleetRun.StartInOneAsync(bake: TimeSpan.FromMinutes(10));
        var member = await fleet.StartServingAsync("1-2", isFirst: true, FleetRun.RetainManually);
        var old = fleet.Start("1-1");
        await old.StandsAsync("Incompatible");

        await old.AnswersAsync(HttpStatusCode.ServiceUnavailable);
        Assert.StartsWith("Contract 'session': data of levels [1,2] may exist, this build supports [1,1]. ", old.Now.Reason, StringComparison.Ordinal);
        Assert.EndsWith("until an operator says that it is gone (retire 'session').", old.Now.Reason, StringComparison.Ordinal);
        Assert.Equal(old.Now.Reason, await old.ReasonAsync());
        await old.App.LineAsync("Not serving: Contract 'session'");
        old.App.Output.AssertNever("writer-started");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await old.App.Http.GetAsync("/hello", TestContext.Current.CancellationToken)).StatusCode);

        // The one thing that it was told to wait for. Nobody touches the instance.
        await Poll.UntilAsync(async () => await AskAsync(member, "/retire") == "accepted", () => "Nothing can be retired.");
        await old.StandsAsync("Serving");
        await old.AnswersAsync(HttpStatusCode.OK);
        Assert.Equal("hello", await old.App.Http.GetStringAsync("/hello", TestContext.Current.CancellationToken));
        await fleet.WrittenAsync(1, by: old);
        Assert.Equal("Serving", member.Now.Standing);
        await fleet.AssertSafeAsync();
    }

    private static async Task<string> AskAsync(FleetMemberProcess member, string what)
    {
        using var answer = await member.App.Http.PostAsync(what, null, TestContext.Current.CancellationToken);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
