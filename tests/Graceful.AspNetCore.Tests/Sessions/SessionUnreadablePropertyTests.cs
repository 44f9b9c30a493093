using System.Globalization;
using System.Net;
using CsCheck;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>
/// S9: what a build cannot read it never overwrites. Three builds use one session in any order, each of which writes its own version: nobody tells them which may be written, as past the fence of a fleet that
/// fails open.
/// </summary>
public sealed class SessionUnreadablePropertyTests : IAsyncLifetime
{
    private const int Builds = 3;
    private readonly ProbeStore _store = new();
    private readonly List<SessionApp> _apps = [];

    private enum Op
    {
        Set,
        LookAndSet,
        SetAndLook,
        Update,
        Get,
        IsUnreadable,
        Remove,
    }

    private static readonly Gen<(int Build, Op Op, int Items)> Steps = Gen.Select(
        Gen.Int[1, Builds], Gen.Frequency((3, Gen.Const(Op.Set)), (2, Gen.Const(Op.LookAndSet)), (2, Gen.Const(Op.SetAndLook)), (3, Gen.Const(Op.Update)), (2, Gen.Const(Op.Get)), (1, Gen.Const(Op.IsUnreadable)), (1, Gen.Const(Op.Remove))), Gen.Int[0, 99]);

    public async ValueTask InitializeAsync()
    {
        for (var version = 1; version <= Builds; version++)
        {
            var own = version;
            _apps.Add(await SessionApp.StartAsync(_store, Map, o =>
            {
                var schema = o.AddSchema<Cart>("cart", own);
                for (var older = 1; older < own; older++)
                {
                    schema.Upcast<Cart>(older, c => c);
                }
            }));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }
    }

    [Fact]
    public async Task AnyBuildsInAnyOrder_WhatOneCannotReadStaysAsItIs() => await Steps.Array[1, 15].SampleAsync(CheckAsync, iter: 300, threads: 1);

    private async Task CheckAsync((int Build, Op Op, int Items)[] steps)
    {
        var cookies = new CookieContainer();
        var browsers = _apps.ConvertAll(a => a.Browser(cookies));
        (int Version, int? Items) stored = default;
        foreach (var (build, op, items) in steps)
        {
            var isReadable = stored.Version <= build;
            using var response = await browsers[build - 1].GetAsync(op switch
            {
                Op.Set => $"/set?items={items}",
                Op.LookAndSet => $"/look-set?items={items}",
                Op.SetAndLook => $"/set-look?items={items}",
                Op.Update => "/update",
                Op.Get => "/items",
                Op.IsUnreadable => "/unreadable",
                _ => "/remove",
            });

            var mayFail = op is not (Op.IsUnreadable or Op.Remove);
            Assert.Equal(mayFail && !isReadable ? HttpStatusCode.InternalServerError : HttpStatusCode.OK, response.StatusCode);
            var text = isReadable || !mayFail ? await response.Content.ReadAsStringAsync() : "";
            switch (op)
            {
                case Op.Set or Op.LookAndSet or Op.SetAndLook when isReadable:
                    stored = (build, items);
                    break;
                case Op.Update when isReadable:
                    stored = (build, (stored.Items ?? 0) + 1);
                    break;
                case Op.Get when isReadable:
                    Assert.Equal(Text(stored.Items), text);
                    break;
                case Op.IsUnreadable:
                    Assert.Equal($"{!isReadable}", text);
                    break;
                case Op.Remove:
                    // Not by oversight: whoever removes an entry does not ask what is in it.
                    stored = default;
                    break;
                default:
                    break;
            }
        }

        Assert.Equal(Text(stored.Items), await browsers[^1].GetStringAsync("/items"));
        browsers.ForEach(b => b.Dispose());
    }

    private static string Text(int? items) => items?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static void Map(WebApplication app)
    {
        app.MapGet("/set", (HttpContext c, int items) => c.Session.Set("cart", new Cart(items)));
        app.MapGet("/look-set", (HttpContext c, int items) =>
        {
            c.Session.IsUnreadable("cart");
            c.Session.Set("cart", new Cart(items));
        });
        app.MapGet("/set-look", (HttpContext c, int items) =>
        {
            c.Session.Set("cart", new Cart(items));
            _ = c.Session.Keys;
        });
        app.MapGet("/update", async (HttpContext c) =>
        {
            await c.Session.UpdateAsync<Cart>("cart", cart => new Cart((cart?.Items ?? 0) + 1));
        });
        app.MapGet("/items", (HttpContext c) => $"{c.Session.Get<Cart>("cart")?.Items}");
        app.MapGet("/unreadable", (HttpContext c) => $"{c.Session.IsUnreadable("cart")}");
        app.MapGet("/remove", (HttpContext c) => c.Session.Remove("cart"));
    }
}
