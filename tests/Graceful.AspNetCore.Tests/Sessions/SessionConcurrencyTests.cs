using System.Net;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>Requests of one session at the same time, on two instances.</summary>
public sealed class SessionConcurrencyTests
{
    [Fact]
    public async Task Writers_OfDifferentKeys_AllSurvive()
    {
        const int Writers = 40;
        var gate = new Gate();
        var store = new ProbeStore();
        await using var one = await SessionApp.StartAsync(store, Map);
        await using var two = await SessionApp.StartAsync(store, Map);
        var cookies = new CookieContainer();
        using var first = one.Browser(cookies);
        using var second = two.Browser(cookies);
        await first.GetAsync("/set/start");

        // Each has read the session before any of them writes.
        var requests = Enumerable.Range(0, Writers).Select(i => (i % 2 == 0 ? first : second).GetAsync($"/slow/{i}")).ToList();
        await gate.EnteredAsync(Writers);
        gate.Open();
        foreach (var response in await Task.WhenAll(requests))
        {
            response.EnsureSuccessStatusCode();
        }

        Assert.Equal(Writers + 1, (await first.GetStringAsync("/keys")).Split(' ').Length);

        void Map(WebApplication app)
        {
            Common(app);
            app.MapGet("/slow/{name}", async (HttpContext c, string name) =>
            {
                await c.Session.LoadAsync();
                await gate.PassAsync();
                c.Session.SetString(name, name);
            });
        }
    }

    [Fact]
    public async Task Updates_OfOneKey_AllCount()
    {
        const int Writers = 20;
        var gate = new Gate();
        var store = new ProbeStore();
        await using var one = await SessionApp.StartAsync(store, Map, Schema);
        await using var two = await SessionApp.StartAsync(store, Map, Schema);
        var cookies = new CookieContainer();
        using var first = one.Browser(cookies);
        using var second = two.Browser(cookies);
        await first.GetAsync("/set/start");
        var requests = Enumerable.Range(0, Writers).Select(i => (i % 2 == 0 ? first : second).GetAsync("/add")).ToList();
        await gate.EnteredAsync(Writers);
        gate.Open();
        foreach (var response in await Task.WhenAll(requests))
        {
            response.EnsureSuccessStatusCode();
        }

        Assert.Equal($"{Writers}", await first.GetStringAsync("/items"));

        void Map(WebApplication app)
        {
            Common(app);
            app.MapGet("/add", async (HttpContext c) =>
            {
                await c.Session.LoadAsync();
                await gate.PassAsync();
                await c.Session.UpdateAsync<Cart>("cart", cart => new Cart((cart?.Items ?? 0) + 1));
            });
            app.MapGet("/items", (HttpContext c) => $"{c.Session.Get<Cart>("cart")!.Items}");
        }
    }

    [Theory]
    [InlineData("/clear", true)]
    [InlineData("/clear", false)]
    [InlineData("/abandon", true)]
    [InlineData("/abandon", false)]
    public async Task Logout_IsNotUndoneByASlowRequest(string logout, bool slowHasRead)
    {
        var gate = new Gate();
        var store = new ProbeStore();
        await using var app = await SessionApp.StartAsync(store, Map);
        var cookies = new CookieContainer();
        using var browser = app.Browser(cookies);
        await browser.GetAsync("/set/user");
        var header = cookies.GetCookieHeader(app.Test.Http);
        var slow = browser.GetAsync("/slow");
        await gate.EnteredAsync();
        (await browser.GetAsync(logout)).EnsureSuccessStatusCode();
        gate.Open();
        (await slow).EnsureSuccessStatusCode();

        // The cookie as it was, as another window would still send it.
        using var old = app.Browser();
        old.DefaultRequestHeaders.Add("Cookie", header);
        Assert.Equal("", await old.GetStringAsync("/keys"));

        void Map(WebApplication a)
        {
            Common(a);
            a.MapGet("/slow", async (HttpContext c) =>
            {
                if (slowHasRead)
                {
                    await c.Session.LoadAsync();
                }

                await gate.PassAsync();
                c.Session.SetString("late", "late");
            });
        }
    }

    private static void Schema(SessionStateOptions options) => options.AddSchema<Cart>("cart", 1);

    private static void Common(WebApplication app)
    {
        app.MapGet("/set/{name}", (HttpContext c, string name) => c.Session.SetString(name, name));
        app.MapGet("/keys", (HttpContext c) => string.Join(' ', c.Session.Keys));
        app.MapGet("/clear", (HttpContext c) => c.Session.Clear());
        app.MapGet("/abandon", async (HttpContext c) => await c.Session.AbandonAsync());
    }
}
