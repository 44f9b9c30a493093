using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Graceful.Redis.Tests.Sessions;

/// <summary>Entries with a schema: in the old place bare, of the version that the old code knows; where they have moved to, of their own.</summary>
public sealed partial class SessionMoveTests
{
    private sealed record Basket(int Count, string? Voucher);

    [Fact]
    public async Task NewerVersion_IsWrittenInTheOldPlaceAsTheOldCodeReadsIt_AndAsItselfWhereItMoved()
    {
        await using var plain = await MoveHost.StartPlainAsync(Redis, MapPlain);
        await using var below = await BasketAsync(1);
        await using var above = await BasketAsync(2);
        using var old = plain.Browser(_cookies);
        using var level1 = below.Browser(_cookies);
        using var level2 = above.Browser(_cookies);
        await SayAsync(old, "/cart/add");

        await SayAsync(level1, "/basket/add");
        Assert.Equal("2", await old.GetStringAsync("/cart"));
        await SayAsync(level2, "/basket/add");
        Assert.Equal("3", await level1.GetStringAsync("/basket"));

        await using var stores = new SessionStores(Redis, _application);
        var entry = (await stores.Create().LoadAsync(SessionHandle.Of(MoveHost.KeyOf(_cookies)), null, None)).Entries["cart"].Data;
        Assert.Equal(2, entry.Span[6]);
        Assert.Contains("voucher", Encoding.UTF8.GetString(entry.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Encrypted_WhenItMoves()
    {
        await using var plain = await MoveHost.StartPlainAsync(Redis, MapPlain);
        await using var graceful = await MoveHost.StartGracefulAsync(Redis, _application, 2, MapGraceful, o => o.AddSchema<Cart>("cart", 1).Encrypted());
        using var old = plain.Browser(_cookies);
        using var browser = graceful.Browser(_cookies);
        await SayAsync(old, "/cart/add");

        Assert.Equal("1", await browser.GetStringAsync("/cart"));

        await using var stores = new SessionStores(Redis, _application);
        var entry = (await stores.Create().LoadAsync(SessionHandle.Of(MoveHost.KeyOf(_cookies)), null, None)).Entries["cart"].Data;
        Assert.DoesNotContain("items", Encoding.UTF8.GetString(entry.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsNoJson_IsUnreadable_AndNotOverwritten()
    {
        await using var plain = await MoveHost.StartPlainAsync(Redis, MapPlain);
        await using var graceful = await GracefulAsync(1);
        using var old = plain.Browser(_cookies);
        using var browser = graceful.Browser(_cookies);
        await SayAsync(old, "/write?name=cart&v=none");

        Assert.False((await browser.GetAsync("/cart/add")).IsSuccessStatusCode);

        Assert.Equal("none", await old.GetStringAsync("/read?name=cart"));
    }

    private Task<MoveHost> BasketAsync(int level) => MoveHost.StartGracefulAsync(
        Redis,
        _application,
        level,
        app =>
        {
            app.MapGet("/basket", async (HttpContext c) => await c.Response.WriteAsync($"{(await c.Session.GetAsync<Basket>("cart"))?.Count ?? 0}"));
            app.MapGet("/basket/add", async (HttpContext c) => await c.Session.UpdateAsync<Basket>("cart", b => new Basket((b?.Count ?? 0) + 1, b?.Voucher)));
        },
        o => o.AddSchema<Basket>("cart", 2).Upcast<Cart>(1, c => new Basket(c.Items, null)).Downcast<Cart>(1, b => new Cart(b.Count)));
}
