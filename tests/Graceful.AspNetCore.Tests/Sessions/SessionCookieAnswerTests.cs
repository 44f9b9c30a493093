using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>What an answer says of the cookie: once, as it is in the end, and also when the answer was replaced.</summary>
public sealed class SessionCookieAnswerTests
{
    private const string Name = ".AspNetCore.Session=";
    private readonly ProbeStore _store = new();

    [Fact]
    public async Task Answer_WithACookie_IsKeptByNobody()
    {
        await using var app = await StartAsync();
        using var browser = app.Browser();

        var response = await browser.GetAsync("/write");

        Assert.Equal(("no-store, no-cache", "no-cache", "-1"), (response.Headers.CacheControl!.ToString(), response.Headers.Pragma.ToString(), response.Content.Headers.GetValues("Expires").Single()));
    }

    [Fact]
    public async Task Session_ThatTheBrowserKnows_NeedsNoCookieAgain()
    {
        await using var app = await StartAsync();
        using var browser = app.Browser();
        Assert.Single(Cookies(await browser.GetAsync("/write"), Name));

        Assert.Empty(Cookies(await browser.GetAsync("/write"), Name));
    }

    [Fact]
    public async Task Cookie_IsAsItsOptionsSay_AlsoWhenItIsDeleted()
    {
        await using var app = await StartAsync(b => b.Services.Configure<SessionOptions>(o => (o.Cookie.Name, o.Cookie.Path, o.Cookie.SameSite, o.Cookie.HttpOnly) = ("shop", "/a", SameSiteMode.Strict, true)));
        using var browser = app.Browser();

        var written = Assert.Single(Cookies(await browser.GetAsync("/a/write"), "shop="));
        Assert.EndsWith("; path=/a; samesite=strict; httponly", written, StringComparison.Ordinal);
        var deleted = Assert.Single(Cookies(await browser.GetAsync("/a/abandon"), "shop="));
        Assert.Contains("expires=Thu, 01 Jan 1970", deleted, StringComparison.Ordinal);
        Assert.EndsWith("; path=/a; samesite=strict; httponly", deleted, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cookie_ThatChangesTwice_IsSaidOnce_AndOthersStay()
    {
        await using var app = await StartAsync();
        var cookies = new CookieContainer();
        using var browser = app.Browser(cookies);

        var rotated = await browser.GetAsync("/write-rotate-rotate");
        Assert.Single(Cookies(rotated, Name));
        Assert.Single(Cookies(rotated, "theirs="));
        Assert.Equal("a", await browser.GetStringAsync("/read"));

        var abandoned = await browser.GetAsync("/rotate-abandon");
        Assert.Contains("expires=Thu, 01 Jan 1970", Assert.Single(Cookies(abandoned, Name)), StringComparison.Ordinal);
        Assert.Single(Cookies(abandoned, "theirs="));
    }

    [Fact]
    public async Task Refused_AfterTheSessionWasStored_ItsCookieGoesOut()
    {
        await using var app = await StartAsync();
        using var browser = app.Browser();

        var refused = await browser.GetAsync("/commit-fail");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Single(Cookies(refused, Name));
        Assert.Empty(Cookies(refused, "theirs="));
        _store.Fails = false;
        Assert.Equal("first", await browser.GetStringAsync("/read"));
    }

    [Fact]
    public async Task Refused_AfterTheSessionWasEnded_ItsCookieIsDeleted()
    {
        await using var app = await StartAsync();
        using var browser = app.Browser();
        await browser.GetAsync("/write");

        var refused = await browser.GetAsync("/abandon-fail");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("expires=Thu, 01 Jan 1970", Assert.Single(Cookies(refused, Name)), StringComparison.Ordinal);
    }

    private static List<string> Cookies(HttpResponseMessage response, string start) =>
        response.Headers.TryGetValues("Set-Cookie", out var values) ? [.. values.Where(v => v.StartsWith(start, StringComparison.Ordinal))] : [];

    private Task<SessionApp> StartAsync(Action<WebApplicationBuilder>? configure = null) => SessionApp.StartAsync(
        _store,
        a =>
        {
            a.MapGet("/read", (HttpContext c) => c.Text("text"));
            a.MapGet("/write", (HttpContext c) => c.Session.SetString("text", "a"));
            a.MapGet("/a/write", (HttpContext c) => c.Session.SetString("text", "a"));
            a.MapGet("/a/abandon", (HttpContext c) => c.Session.AbandonAsync().AsTask());
            a.MapGet("/write-rotate-rotate", async (HttpContext c) =>
            {
                c.Response.Cookies.Append("theirs", "1");
                c.Session.SetString("text", "a");
                await c.Session.RotateIdAsync();
                await c.Session.RotateIdAsync();
            });
            a.MapGet("/rotate-abandon", async (HttpContext c) =>
            {
                c.Response.Cookies.Append("theirs", "1");
                await c.Session.RotateIdAsync();
                await c.Session.AbandonAsync();
            });
            a.MapGet("/commit-fail", async (HttpContext c) =>
            {
                c.Response.Cookies.Append("theirs", "1");
                c.Session.SetString("text", "first");
                await c.Session.CommitAsync();
                _store.Fails = true;
                c.Session.SetString("text", "second");
            });
            a.MapGet("/abandon-fail", async (HttpContext c) =>
            {
                await c.Session.AbandonAsync();
                _store.Fails = true;
                c.Session.SetString("text", "another");
            });
        },
        configure: configure);
}
