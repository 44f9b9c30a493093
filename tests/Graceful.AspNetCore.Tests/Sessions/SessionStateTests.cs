using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>What is read and written, and how often the store is asked.</summary>
public sealed class SessionStateTests
{
    [Fact]
    public async Task Session_OnTwoInstances_IsTheSame()
    {
        var store = new ProbeStore();
        await using var one = await SessionApp.StartAsync(store, Map);
        await using var two = await SessionApp.StartAsync(store, Map);
        var cookies = new CookieContainer();
        using var first = one.Browser(cookies);
        var response = await first.GetAsync("/write?v=a");
        Assert.Contains("httponly", SessionApp.SetCookie(response));
        using var second = two.Browser(cookies);
        Assert.Equal("a", await second.GetStringAsync("/read"));
        Assert.Null(SessionApp.SetCookie(await second.GetAsync("/read")));
    }

    [Theory]
    [InlineData("/none", 0)]
    [InlineData("/read", 1)]
    [InlineData("/read-twice", 1)]
    [InlineData("/write?v=b", 1)]
    [InlineData("/read-write?v=b", 2)]
    public async Task Request_AsksTheStore(string path, int calls)
    {
        var store = new ProbeStore();
        await using var app = await SessionApp.StartAsync(store, Map);
        using var browser = app.Browser();
        await browser.GetAsync("/write?v=a");
        var before = store.Calls;
        (await browser.GetAsync(path)).EnsureSuccessStatusCode();
        Assert.Equal(calls, store.Calls - before);
    }

    [Fact]
    public async Task NewSession_CostsNothingUntilItIsWritten()
    {
        var store = new ProbeStore();
        await using var app = await SessionApp.StartAsync(store, Map);
        using var browser = app.Browser();
        Assert.Equal("-", await browser.GetStringAsync("/read"));
        await browser.GetAsync("/clear");
        await browser.GetAsync("/remove");
        Assert.Equal(0, store.Calls);
    }

    [Fact]
    public async Task Keys_ReadOnlyWhatIsNamed_AndTheRestWhenItIsAskedFor()
    {
        var store = new ProbeStore();
        await using var app = await SessionApp.StartAsync(store, Map);
        using var browser = app.Browser();
        await browser.GetAsync("/write?v=a");
        Assert.Equal("a", await browser.GetStringAsync("/named"));
        Assert.Equal(["text"], store.Loads.Single()!);
        await browser.GetAsync("/write-other");
        Assert.Equal("a other", await browser.GetStringAsync("/named-and-other"));
        Assert.Equal([true, true, false], store.Loads.Select(l => l is not null));
    }

    [Fact]
    public async Task Preload_ReadsBeforeTheEndpoint()
    {
        var store = new ProbeStore();
        var calls = 0;
        await using var app = await SessionApp.StartAsync(store, a =>
        {
            Map(a);
            a.MapGet("/preloaded", [SessionPreload] (HttpContext c) =>
            {
                calls = store.Calls;
                return c.Text("text");
            });
        });
        using var browser = app.Browser();
        await browser.GetAsync("/write?v=a");
        Assert.Equal("a", await browser.GetStringAsync("/preloaded"));
        Assert.Equal(calls, store.Calls);
    }

    [Fact]
    public async Task NoSession_RefusesTheSession()
    {
        var store = new ProbeStore();
        await using var app = await SessionApp.StartAsync(store, Map);
        using var browser = app.Browser();
        await browser.GetAsync("/write?v=a");
        var before = store.Calls;
        Assert.Equal("The endpoint has no session: it says [NoSession].", await browser.GetStringAsync("/without"));
        Assert.Equal(before, store.Calls);
    }

    [Fact]
    public async Task Clear_EmptiesTheSession()
    {
        var store = new ProbeStore();
        await using var app = await SessionApp.StartAsync(store, Map);
        using var browser = app.Browser();
        await browser.GetAsync("/write?v=a");
        await browser.GetAsync("/clear");
        Assert.Equal("-", await browser.GetStringAsync("/read"));
        await browser.GetAsync("/write?v=b");
        await browser.GetAsync("/remove");
        Assert.Equal("-", await browser.GetStringAsync("/read"));
    }

    [Fact]
    public async Task Write_BeforeAnException_IsStored()
    {
        var store = new ProbeStore();
        await using var app = await SessionApp.StartAsync(store, Map);
        using var browser = app.Browser();
        await browser.GetAsync("/write?v=a");
        Assert.Equal(HttpStatusCode.InternalServerError, (await browser.GetAsync("/throw")).StatusCode);
        Assert.Equal("thrown", await browser.GetStringAsync("/read"));
    }

    [Fact]
    public async Task Write_AfterTheResponseHasBegun_Throws()
    {
        await using var app = await SessionApp.StartAsync(new ProbeStore(), Map);
        using var browser = app.Browser();
        await browser.GetAsync("/write?v=a");
        Assert.Equal("begun The session cannot be changed any more: the response has begun.", await browser.GetStringAsync("/late"));
    }

    [Theory]
    [InlineData("/big", "has 65537 bytes")]
    [InlineData("/many", "is the 257th of the session")]
    [InlineData("/sum", "makes the session")]
    public async Task Write_BeyondALimit_Throws(string path, string words)
    {
        await using var app = await SessionApp.StartAsync(new ProbeStore(), Map);
        using var browser = app.Browser();
        Assert.Contains(words, await browser.GetStringAsync(path));
    }

    [Fact]
    public async Task Sessions_OfOtherRegistrations_DoNotWinSilently()
    {
        var store = new ProbeStore();
        await using (var app = await SessionApp.StartAsync(store, Map, configure: b => b.Services.AddDistributedMemoryCache().AddSession()))
        {
            using var browser = app.Browser();
            await browser.GetAsync("/write?v=a");
            Assert.Equal(1, store.Calls);
        }

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => SessionApp.StartAsync(
            store, Map, configure: b => b.Services.AddDistributedMemoryCache().AddTransient<ISessionStore, DistributedSessionStore>()));
        Assert.Contains("ISessionStore", failure.Message);
    }

    private static void Map(WebApplication app)
    {
        app.MapGet("/none", () => "none");
        app.MapGet("/read", (HttpContext c) => c.Text("text"));
        app.MapGet("/read-twice", (HttpContext c) => c.Session.GetString("no") + c.Session.GetString("text"));
        app.MapGet("/write", (HttpContext c, string v) => c.Session.SetString("text", v));
        app.MapGet("/write-other", (HttpContext c) => c.Session.SetString("other", "other"));
        app.MapGet("/read-write", (HttpContext c, string v) => c.Session.SetString("text", c.Session.GetString("text") + v));
        app.MapGet("/clear", (HttpContext c) => c.Session.Clear());
        app.MapGet("/remove", (HttpContext c) => c.Session.Remove("text"));
        app.MapGet("/named", [SessionKeys("text")] (HttpContext c) => c.Text("text"));
        app.MapGet("/named-and-other", [SessionKeys("text")] (HttpContext c) => $"{c.Session.GetString("text")} {c.Session.GetString("other")}");
        app.MapGet("/without", [NoSession] (HttpContext c) => Message(() => c.Session.GetString("text")));
        app.MapGet("/throw", string (HttpContext c) =>
        {
            c.Session.SetString("text", "thrown");
            throw new InvalidOperationException("test");
        });
        app.MapGet("/late", async (HttpContext c) =>
        {
            await c.Response.WriteAsync("begun ");
            await c.Response.WriteAsync(Message(() => c.Session.SetString("text", "late")));
        });
        app.MapGet("/big", (HttpContext c) => Message(() => c.Session.Set("big", new byte[65536])));
        app.MapGet("/many", (HttpContext c) => Message(() => Enumerable.Range(0, 257).ToList().ForEach(i => c.Session.Set($"{i}", [1]))));
        app.MapGet("/sum", (HttpContext c) => Message(() => Enumerable.Range(0, 9).ToList().ForEach(i => c.Session.Set($"{i}", new byte[65000]))));
    }

    private static string Message(Action action) => Assert.Throws<InvalidOperationException>(action).Message;
}
