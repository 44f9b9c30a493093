using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.Redis.Tests.Sessions;

/// <summary>The steps of a move as a fleet takes them, its level agreed on by its instances; by a clock that runs twenty times as fast.</summary>
public sealed partial class SessionMoveTests
{
    private static readonly FastTime Fast = new(times: 20);
    private readonly InMemoryFleetStore _fleet = new(Fast);

    [Fact]
    public async Task Fleet_RaisesItsLevel_AndGoesBack_NoCartIsLost()
    {
        await using var plain = await MoveHost.StartPlainAsync(Redis, MapPlain);
        using var old = plain.Browser(_cookies);
        await SayAsync(old, "/write?name=user&v=ada");
        await SayAsync(old, "/cart/add");

        // Deployment one: shared with the old application. Deployment two replaces it.
        await using var one = await MemberAsync(1, 1);
        await AddAndReadAsync(one, "2", "3");
        Assert.Equal("3", await old.GetStringAsync("/cart"));
        await using var two = await MemberAsync(1, 2);
        await AddAndReadAsync(two, "4", "5");
        await one.StopAsync();
        Assert.Equal("5", await old.GetStringAsync("/cart"));
        Assert.False(await Database.KeyExistsAsync(NewKey));

        // The level rises: moved with the next read.
        await ActivatedAsync(two, 2);
        await AddAndReadAsync(two, "6", "7");
        Assert.True(await Database.KeyExistsAsync(NewKey));
        Assert.False(await Database.HashExistsAsync(OldKey, "data"));

        // Back: what has moved stays moved, for the instances of deployment one too; a session that begins now is shared again.
        Assert.True((await Admin(two).RetreatAsync("session")).IsAccepted);
        await LevelAsync(two, 1);

        // It is let in when nothing is written at level 2 any more, which takes ExclusionWait.
        await using var again = await MemberAsync(1, 1);
        await AddAndReadAsync(again, "8", "9");
        await AddAndReadAsync(two, "10", "11");
        var others = new CookieContainer();
        using (var newcomer = again.Browser(others))
        using (var onTheOld = plain.Browser(others))
        {
            await SayAsync(newcomer, "/write?name=user&v=eve");
            await SayAsync(newcomer, "/cart/add");
            Assert.Equal(("eve", "1"), (await onTheOld.GetStringAsync("/read?name=user"), await onTheOld.GetStringAsync("/cart")));
            await SayAsync(onTheOld, "/cart/add");
        }
    }

    private Task<MoveHost> MemberAsync(int low, int high) => MoveHost.StartMemberAsync(Redis, _application, _fleet, Fast, new LevelRange(low, high), MapGraceful, o => o.AddSchema<Cart>("cart", 1));

    private static ICompatibilityAdmin Admin(MoveHost host) => host.Services.GetRequiredService<ICompatibilityAdmin>();

    private static async Task ActivatedAsync(MoveHost host, int level)
    {
        // Not before those that left are forgotten.
        await Eventually.TrueAsync(async () => (await Admin(host).ActivateAsync("session")).IsAccepted || host.Services.GetRequiredService<ICompatibility>()["session"].Active == level, "the raise is accepted");
        await LevelAsync(host, level);
    }

    private static Task LevelAsync(MoveHost host, int level) =>
        Eventually.TrueAsync(() => host.Services.GetRequiredService<ICompatibility>()["session"].Active == level, $"the level is {level}");

    private async Task AddAndReadAsync(MoveHost host, string first, string second)
    {
        using var browser = host.Browser(_cookies);
        await SayAsync(browser, "/cart/add");
        Assert.Equal(first, await browser.GetStringAsync("/cart"));
        await SayAsync(browser, "/cart/add");
        Assert.Equal(second, await browser.GetStringAsync("/cart"));
    }
}
