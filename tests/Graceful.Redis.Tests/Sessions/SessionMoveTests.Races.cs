using System.Net;
using StackExchange.Redis;

namespace Graceful.Redis.Tests.Sessions;

/// <summary>Many at once, crashes, and what is not a session.</summary>
public sealed partial class SessionMoveTests
{
    [Fact]
    public async Task ManyWriters_InTheOldPlace_EachWritesItsOwn_NothingIsLost()
    {
        await using var first = await GracefulAsync(1);
        await using var second = await GracefulAsync(1);
        using var a = first.Browser(_cookies);
        using var b = second.Browser(_cookies);
        await SayAsync(a, "/write?name=n&v=x");

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => SayAsync(i % 2 == 0 ? a : b, $"/write?name=n{i}&v=x")).Concat(Enumerable.Range(0, 10).Select(i => SayAsync(i % 2 == 0 ? a : b, "/cart/add"))));

        Assert.Equal("10", await a.GetStringAsync("/cart"));
        Assert.Equal(22, (await b.GetStringAsync("/keys")).Split(',').Length);
        Assert.False(await Database.KeyExistsAsync(NewKey));
    }

    [Fact]
    public async Task ManyWriters_WhileItIsMoved_NothingIsLost_AndNothingTwice()
    {
        await using var plain = await MoveHost.StartPlainAsync(Redis, MapPlain);
        await using var first = await GracefulAsync(1);
        await using var second = await GracefulAsync(2);
        for (var round = 0; round < 5; round++)
        {
            var cookies = new CookieContainer();
            using var old = plain.Browser(cookies);
            using var a = first.Browser(cookies);
            using var b = second.Browser(cookies);
            await SayAsync(old, "/write?name=user&v=ada");

            await Task.WhenAll(Enumerable.Range(0, 16).Select(i => SayAsync(i % 3 == 0 ? b : a, i % 2 == 0 ? "/cart/add" : $"/write?name=n{i}&v=x")));

            Assert.Equal("8", await a.GetStringAsync("/cart"));
            Assert.Equal("ada", await b.GetStringAsync("/read?name=user"));
            Assert.Equal(10, (await b.GetStringAsync("/keys")).Split(',').Length);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Frozen_ByAnInstanceThatDied_IsMovedByWhoeverFindsIt(int level)
    {
        await using var plain = await MoveHost.StartPlainAsync(Redis, MapPlain);
        await using var next = await GracefulAsync(level);
        using var old = plain.Browser(_cookies);
        using var browser = next.Browser(_cookies);
        await SayAsync(old, "/write?name=user&v=ada");
        await using var stores = new SessionStores(Redis, _application);
        var place = stores.CreateOldPlace();
        Assert.True(await place.TryFreezeAsync(OldKey!, await place.ReadAsync(OldKey!, None), TimeSpan.FromMinutes(5), None));

        // Nobody can change it meanwhile: not even the plain one, which finds nothing.
        Assert.Equal("-", await old.GetStringAsync("/read?name=user"));
        await SayAsync(old, "/write?name=user&v=eve");
        Assert.Equal("ada", await browser.GetStringAsync("/read?name=user"));
        Assert.Equal(SessionBlobState.Closed, (await place.ReadAsync(OldKey!, None)).State);
    }

    [Fact]
    public async Task Moved_AndExpired_IsNotThereAgain_WhateverThePlainOneLeft()
    {
        await using var plain = await MoveHost.StartPlainAsync(Redis, MapPlain);
        await using var graceful = await GracefulAsync(2);
        using var old = plain.Browser(_cookies);
        using var browser = graceful.Browser(_cookies);
        await SayAsync(old, "/write?name=user&v=ada");
        Assert.Equal("ada", await browser.GetStringAsync("/read?name=user"));

        // A plain instance that should not run any more: it is not heard.
        await SayAsync(old, "/write?name=user&v=eve");
        Assert.Equal("ada", await browser.GetStringAsync("/read?name=user"));
        await Database.KeyDeleteAsync(NewKey);
        Assert.Equal("-", await browser.GetStringAsync("/read?name=user"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task NotASession_IsAnsweredWith503_Kept_AndToldOnce(int level)
    {
        await using var plain = await MoveHost.StartPlainAsync(Redis, MapPlain);
        await using var graceful = await GracefulAsync(level);
        using var old = plain.Browser(_cookies);
        using var browser = graceful.Browser(_cookies);
        await SayAsync(old, "/write?name=user&v=ada");
        await Database.HashSetAsync(OldKey, "data", "something");

        foreach (var path in new[] { "/read?name=user", "/write?name=user&v=eve", "/clear" })
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await browser.GetAsync(path)).StatusCode);
        }

        Assert.Equal("something", (await Database.HashGetAsync(OldKey, "data")).ToString());
        Assert.Equal(1, graceful.Log.Count("OldSessionUnreadable"));

        // Others are served: it is not the store that failed.
        using var other = graceful.Browser(new CookieContainer());
        await SayAsync(other, "/write?name=user&v=bob");
        Assert.DoesNotContain(graceful.Log.All, l => l.Message.Contains(MoveHost.KeyOf(_cookies), StringComparison.Ordinal));
    }

    [Fact]
    public async Task SomethingElseUnderTheKey_IsAnsweredWith503_AndItsKeyIsNotTold()
    {
        await using var plain = await MoveHost.StartPlainAsync(Redis, MapPlain);
        await using var graceful = await GracefulAsync(1);
        using var old = plain.Browser(_cookies);
        using var browser = graceful.Browser(_cookies);
        await SayAsync(old, "/write?name=user&v=ada");
        await Database.KeyDeleteAsync(OldKey);
        await Database.StringSetAsync(OldKey, "x");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await browser.GetAsync("/read?name=user")).StatusCode);

        Assert.DoesNotContain(graceful.Log.All, l => l.Message.Contains(MoveHost.KeyOf(_cookies), StringComparison.Ordinal));
    }
}
