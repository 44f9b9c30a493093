using System.Net;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.Redis.Tests.Sessions;

/// <summary>How long sessions live in the old place, how they end there, and what is written there.</summary>
public sealed partial class SessionMoveTests
{
    [Fact]
    public async Task Written_AsThePlainOneDoes_WithItsTimeout_AndALittleMoreLife()
    {
        await using var plain = await MoveHost.StartPlainAsync(Redis, MapPlain);
        await using var graceful = await GracefulAsync(1);
        using var old = plain.Browser(_cookies);
        using var browser = graceful.Browser(_cookies);

        // Begun by the new one, shared with the old one.
        await SayAsync(browser, "/write?name=user&v=ada");
        Assert.Equal("ada", await old.GetStringAsync("/read?name=user"));
        var before = (await Database.HashGetAllAsync(OldKey)).ToDictionary(f => f.Name.ToString(), f => f.Value.ToString());
        await SayAsync(old, "/write?name=user&v=bob");
        var after = (await Database.HashGetAllAsync(OldKey)).ToDictionary(f => f.Name.ToString(), f => f.Value.ToString());

        Assert.Equal((after["absexp"], after["sldexp"]), (before["absexp"], before["sldexp"]));
        Assert.Equal(("-1", TimeSpan.FromMinutes(20).Ticks.ToString(CultureInfo.InvariantCulture)), (before["absexp"], before["sldexp"]));
        await SayAsync(browser, "/write?name=x&v=y");
        Assert.InRange((await Database.KeyTimeToLiveAsync(OldKey))!.Value, TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(21));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task InUse_WithoutBeingRead_ItIsProlongedInTheOldPlaceToo(int level)
    {
        await using var plain = await MoveHost.StartPlainAsync(Redis, MapPlain);
        await using var graceful = await GracefulAsync(level);
        using var old = plain.Browser(_cookies);
        using var browser = graceful.Browser(_cookies);
        await SayAsync(old, "/write?name=user&v=ada");
        await Database.KeyExpireAsync(OldKey, TimeSpan.FromMinutes(3));

        await SayAsync(browser, "/nothing");

        await Eventually.TrueAsync(() => Database.KeyTimeToLive(OldKey) > TimeSpan.FromMinutes(19), "the session is prolonged");
    }

    [Fact]
    public async Task Clear_InTheOldPlace_LeavesAnEmptySession_ForBoth()
    {
        await using var plain = await MoveHost.StartPlainAsync(Redis, MapPlain);
        await using var graceful = await GracefulAsync(1);
        using var old = plain.Browser(_cookies);
        using var browser = graceful.Browser(_cookies);
        await SayAsync(old, "/write?name=user&v=ada");
        var id = ((byte[])(await Database.HashGetAsync(OldKey, "data"))!)[4..20];

        await SayAsync(browser, "/clear");

        Assert.Equal("", await old.GetStringAsync("/keys"));
        Assert.Equal("", await browser.GetStringAsync("/keys"));
        Assert.Equal([2, 0, 0, 0, .. id], (byte[])(await Database.HashGetAsync(OldKey, "data"))!);
    }

    [Fact]
    public async Task Remove_InTheOldPlace_TakesThatOnly()
    {
        await using var plain = await MoveHost.StartPlainAsync(Redis, MapPlain);
        await using var graceful = await GracefulAsync(1);
        using var old = plain.Browser(_cookies);
        using var browser = graceful.Browser(_cookies);
        await SayAsync(old, "/write?name=user&v=ada");
        await SayAsync(old, "/write?name=colour&v=red");

        await SayAsync(browser, "/remove?name=user");

        Assert.Equal("colour", await old.GetStringAsync("/keys"));
    }

    [Fact]
    public async Task Rotated_InTheOldPlace_ItIsThereUnderTheNewKey_AndTheOldOneIsShut()
    {
        await using var plain = await MoveHost.StartPlainAsync(Redis, MapPlain);
        await using var graceful = await GracefulAsync(1);
        using var old = plain.Browser(_cookies);
        using var browser = graceful.Browser(_cookies);
        await SayAsync(old, "/write?name=user&v=ada");
        var (before, stolen) = (OldKey, _cookies.GetCookieHeader(browser.BaseAddress!));

        await SayAsync(browser, "/rotate");

        Assert.NotEqual(before, OldKey);
        Assert.Equal("ada", await old.GetStringAsync("/read?name=user"));
        Assert.Equal("ada", await browser.GetStringAsync("/read?name=user"));
        Assert.False(await Database.KeyExistsAsync(NewKey));
        foreach (var host in new[] { plain, graceful })
        {
            using var thief = host.Browser(new CookieContainer());
            thief.DefaultRequestHeaders.Add("Cookie", stolen);
            Assert.Equal("-", await thief.GetStringAsync("/read?name=user"));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Abandoned_InTheOldPlace_ItIsGoneForBoth_AndALateWriteIsNotHeard(int level)
    {
        await using var plain = await MoveHost.StartPlainAsync(Redis, MapPlain);
        await using var graceful = await GracefulAsync(level);
        using var old = plain.Browser(_cookies);
        using var browser = graceful.Browser(_cookies);
        await SayAsync(old, "/write?name=user&v=ada");
        var stolen = _cookies.GetCookieHeader(browser.BaseAddress!);

        await SayAsync(browser, "/abandon");

        using var late = plain.Browser(new CookieContainer());
        using var reader = graceful.Browser(new CookieContainer());
        late.DefaultRequestHeaders.Add("Cookie", stolen);
        reader.DefaultRequestHeaders.Add("Cookie", stolen);
        Assert.Equal("-", await late.GetStringAsync("/read?name=user"));
        await SayAsync(late, "/write?name=user&v=eve");
        Assert.Equal("-", await reader.GetStringAsync("/read?name=user"));
    }

    [Fact]
    public async Task Killed_ByTheUsersName_ItIsGoneForGraceful_AndThenForThePlainOneToo()
    {
        await using var plain = await MoveHost.StartPlainAsync(Redis, MapPlain);
        await using var graceful = await GracefulAsync(1);
        using var old = plain.Browser(_cookies);
        using var browser = graceful.Browser(_cookies);
        await SayAsync(browser, "/bind?user=ada");
        await SayAsync(browser, "/write?name=user&v=ada");

        await graceful.Services.GetRequiredService<ISessionAdmin>().KillAllAsync("ada");

        Assert.Equal("ada", await old.GetStringAsync("/read?name=user"));
        Assert.Equal("-", await browser.GetStringAsync("/read?name=user"));
        Assert.Equal("-", await old.GetStringAsync("/read?name=user"));
    }

    [Fact]
    public async Task WithoutAContract_ItIsMovedAtOnce()
    {
        await using var plain = await MoveHost.StartPlainAsync(Redis, MapPlain);
        await using var graceful = await GracefulAsync(null);
        using var old = plain.Browser(_cookies);
        using var browser = graceful.Browser(_cookies);
        await SayAsync(old, "/write?name=user&v=ada");

        Assert.Equal("ada", await browser.GetStringAsync("/read?name=user"));

        Assert.True(await Database.KeyExistsAsync(NewKey));
        Assert.False(await Database.HashExistsAsync(OldKey, "data"));
    }

    [Fact]
    public async Task BlindWrite_WhereItIsMoved_TakesTheRestAlong()
    {
        await using var plain = await MoveHost.StartPlainAsync(Redis, MapPlain);
        await using var graceful = await GracefulAsync(2);
        using var old = plain.Browser(_cookies);
        using var browser = graceful.Browser(_cookies);
        await SayAsync(old, "/write?name=user&v=ada");

        await SayAsync(browser, "/write?name=colour&v=red");

        Assert.Equal("ada", await browser.GetStringAsync("/read?name=user"));
        Assert.Equal("red", await browser.GetStringAsync("/read?name=colour"));
    }
}
