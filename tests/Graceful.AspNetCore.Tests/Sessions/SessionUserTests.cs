using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>Whose a session is, and how it is ended by others than its own browser.</summary>
public sealed class SessionUserTests
{
    private readonly ProbeStore _store = new();

    [Fact]
    public async Task Bound_SessionsOfAUser_AreListedAndEndedTogether()
    {
        await using var app = await SessionApp.StartAsync(_store, Map);
        using var phone = app.Browser();
        using var laptop = app.Browser();
        using var other = app.Browser();
        foreach (var (browser, user) in new[] { (phone, "ada"), (laptop, "ada"), (other, "bob") })
        {
            (await browser.GetAsync($"/login?user={user}")).EnsureSuccessStatusCode();
        }

        var admin = app.Test.App.Services.GetRequiredService<ISessionAdmin>();
        Assert.Equal(2, (await admin.ListAsync("ada")).Count);

        Assert.Equal(2, await admin.KillAllAsync("ada"));

        Assert.Equal(("-", "-", "bob"), (await phone.GetStringAsync("/name"), await laptop.GetStringAsync("/name"), await other.GetStringAsync("/name")));
        Assert.Empty(await admin.ListAsync("ada"));
        Assert.Equal(0, await admin.KillAllAsync("ada"));
    }

    /// <summary>What comes from the guard may be awaited once and in no other way; what the application gets, as it likes.</summary>
    [Fact]
    public async Task Admin_MayBeWaitedForInAnyWay()
    {
        await using var app = await SessionApp.StartAsync(_store, Map);
        using var browser = app.Browser();
        await browser.GetAsync("/login?user=ada");
        var admin = app.Test.App.Services.GetRequiredService<ISessionAdmin>();
        _store.BeforeList = () => Task.Delay(50);

#pragma warning disable CA2012 // That is the question.
        var listed = await Task.Run(() => admin.ListAsync("ada").GetAwaiter().GetResult());
        Assert.True(await Task.Run(() => admin.KillAsync(listed[0]).GetAwaiter().GetResult()));
#pragma warning restore CA2012
    }

    [Fact]
    public async Task Kill_OneSession_TheNextRequestHasANewOne_AndWritesOfTheOldAreLost()
    {
        await using var app = await SessionApp.StartAsync(_store, Map);
        var cookies = new CookieContainer();
        using var browser = app.Browser(cookies);
        await browser.GetAsync("/login?user=ada");
        var admin = app.Test.App.Services.GetRequiredService<ISessionAdmin>();
        var session = Assert.Single(await admin.ListAsync("ada"));

        Assert.True(await admin.KillAsync(session));
        Assert.False(await admin.KillAsync(session));

        // A write without a read: it was on its way when the session was ended.
        var lost = await browser.GetAsync("/note?v=1");
        Assert.Equal(HttpStatusCode.OK, lost.StatusCode);
        Assert.Empty(await _store.EntriesAsync(session));
        await browser.GetAsync("/note?v=2");
        Assert.Equal("- 2", await browser.GetStringAsync("/both"));
    }

    [Fact]
    public async Task Rotation_TakesTheUsersNoteAlong()
    {
        await using var app = await SessionApp.StartAsync(_store, Map);
        using var browser = app.Browser();
        await browser.GetAsync("/login?user=ada");
        await browser.GetAsync("/rotate");
        var admin = app.Test.App.Services.GetRequiredService<ISessionAdmin>();

        Assert.Equal(1, await admin.KillAllAsync("ada"));

        Assert.Equal("-", await browser.GetStringAsync("/name"));
    }

    [Fact]
    public async Task Bound_TheNoteIsNoEntryOfTheApplication()
    {
        await using var app = await SessionApp.StartAsync(_store, Map);
        using var browser = app.Browser();
        await browser.GetAsync("/login?user=ada");

        Assert.Equal("name", await browser.GetStringAsync("/keys"));
        Assert.Equal("The session entry 'graceful:user' is reserved: it holds what BindUser noted.", await browser.GetStringAsync("/steal"));
    }

    [Fact]
    public async Task Bound_IsNotedBeforeTheSessionIsStored()
    {
        // The other way round, a session whose instance died in between could not be ended by its user's name.
        await using var app = await SessionApp.StartAsync(_store, Map);
        using var browser = app.Browser();
        var noted = -1;
        _store.BeforeCommit = async _ => noted = (await _store.ListAsync("ada", default)).Count;

        await browser.GetAsync("/login?user=ada");

        Assert.Equal(1, noted);
    }

    [Fact]
    public async Task Abandon_EndsTheSession_DeletesTheCookie_AndNoSlowRequestBringsItBack()
    {
        await using var app = await SessionApp.StartAsync(_store, Map);
        var cookies = new CookieContainer();
        using var browser = app.Browser(cookies);
        await browser.GetAsync("/login?user=ada");
        using var slow = app.Browser();
        slow.DefaultRequestHeaders.Add("Cookie", cookies.GetCookieHeader(browser.BaseAddress!));
        var (reached, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        _store.BeforeCommit = async _ =>
        {
            reached.TrySetResult();
            await go.Task;
        };
        var late = slow.GetAsync("/note?v=late");
        await reached.Task;
        _store.BeforeCommit = null;

        var abandoned = await browser.GetAsync("/abandon");
        go.SetResult();
        await late;

        Assert.Contains("expires=Thu, 01 Jan 1970", SessionApp.SetCookie(abandoned));
        Assert.Equal("- -", await browser.GetStringAsync("/both"));
        Assert.All(await Task.WhenAll(_store.Handles.Keys.Select(_store.EntriesAsync)), Assert.Empty);
    }

    [Fact]
    public async Task Abandon_ThenWrite_IsAnotherSession()
    {
        await using var app = await SessionApp.StartAsync(_store, Map);
        var cookies = new CookieContainer();
        using var browser = app.Browser(cookies);
        await browser.GetAsync("/login?user=ada");
        var old = cookies.GetCookieHeader(browser.BaseAddress!);

        await browser.GetAsync("/abandon-and-note?v=new");

        Assert.NotEqual(old, cookies.GetCookieHeader(browser.BaseAddress!));
        Assert.Equal("- new", await browser.GetStringAsync("/both"));
    }

    private static void Map(WebApplication app)
    {
        app.MapGet("/login", (HttpContext c, string user) =>
        {
            c.Session.SetString("name", user);
            c.Session.BindUser(user);
        });
        app.MapGet("/name", (HttpContext c) => c.Text("name"));
        app.MapGet("/note", (HttpContext c, string v) => c.Session.SetString("note", v));
        app.MapGet("/both", (HttpContext c) => $"{c.Session.GetString("name") ?? "-"} {c.Session.GetString("note") ?? "-"}");
        app.MapGet("/keys", (HttpContext c) => string.Join(' ', c.Session.Keys));
        app.MapGet("/rotate", (HttpContext c) => c.Session.RotateIdAsync().AsTask());
        app.MapGet("/steal", (HttpContext c) => Assert.Throws<InvalidOperationException>(() => c.Session.SetString("graceful:user", "bob")).Message);
        app.MapGet("/abandon", (HttpContext c) => c.Session.AbandonAsync().AsTask());
        app.MapGet("/abandon-and-note", async (HttpContext c, string v) =>
        {
            await c.Session.AbandonAsync();
            c.Session.SetString("note", v);
        });
    }
}
