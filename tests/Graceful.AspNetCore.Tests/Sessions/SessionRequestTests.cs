using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>What one request says to the store, and what it does not.</summary>
public sealed class SessionRequestTests
{
    private readonly ProbeStore _store = new();

    [Fact]
    public async Task Store_ThatFailed_IsNotAskedTwiceByOneRequest()
    {
        await using var app = await StartAsync();
        using var browser = app.Browser();
        await browser.GetAsync("/write");
        _store.Fails = true;
        var before = _store.Calls;

        Assert.Equal("twice", await browser.GetStringAsync("/read-twice"));

        // One read, that is sent again.
        Assert.Equal(2, _store.Calls - before);
    }

    [Theory]
    [InlineData("/write", 0)]
    [InlineData("/read", 1)]
    [InlineData("/none", 1)]
    [InlineData("/without", 0)]
    public async Task Session_IsProlonged_IfItIsUsedAndNotWritten(string path, int touches)
    {
        await using var app = await StartAsync();
        var cookies = new CookieContainer();
        using var browser = app.Browser(cookies);
        await browser.GetAsync("/write");
        await using var other = await StartAsync();
        using var again = other.Browser(cookies);

        (await again.GetAsync(path)).EnsureSuccessStatusCode();
        await DrainAsync(other);

        Assert.Equal(touches, _store.Touched);
    }

    [Theory]
    [InlineData("/read")]
    [InlineData("/none")]
    public async Task Session_ThatIsNew_OrWasWrittenByThisInstance_IsNotProlonged(string path)
    {
        await using var app = await StartAsync();
        using var browser = app.Browser();

        await browser.GetAsync(path);
        await browser.GetAsync("/write");
        await browser.GetAsync(path);
        await DrainAsync(app);

        Assert.Equal(0, _store.Touched);
    }

    [Fact]
    public async Task Session_LivesAnIntervalLongerThanItMayIdle_AndNotBeyondItsAbsoluteLife()
    {
        await using var app = await StartAsync(o => (o.TouchInterval, o.AbsoluteTimeout) = (TimeSpan.FromMinutes(3), TimeSpan.FromHours(5)));
        using var browser = app.Browser();

        await browser.GetAsync("/write");

        var commit = Assert.Single(_store.Commits);
        Assert.Equal((TimeSpan.FromMinutes(20 + 3), TimeSpan.FromHours(5)), (commit.TimeToLive, commit.AbsoluteTimeToLive!.Value));
    }

    [Theory]
    [InlineData("/without")]
    [InlineData("/without-set")]
    [InlineData("/without-load")]
    [InlineData("/without-keys")]
    public async Task NoSession_IsNoSession_HoweverItIsUsed(string path)
    {
        await using var app = await StartAsync();
        using var browser = app.Browser();
        await browser.GetAsync("/write");
        var before = _store.Calls;

        Assert.Equal("The endpoint has no session: it says [NoSession].", await browser.GetStringAsync(path));
        Assert.Equal(before, _store.Calls);
    }

    [Fact]
    public async Task Keys_OfTheEndpoint_DoNotHideAnotherThatIsReadFirst()
    {
        await using var app = await StartAsync();
        using var browser = app.Browser();
        await browser.GetAsync("/write");

        Assert.Equal("b a", await browser.GetStringAsync("/other-first"));
    }

    [Theory]
    [InlineData("/bind-clear")]
    [InlineData("/bind-abandon")]
    public async Task User_WhoseSessionEndsInTheSameRequest_IsNotNoted(string path)
    {
        await using var app = await StartAsync();
        using var browser = app.Browser();
        await browser.GetAsync("/write");

        (await browser.GetAsync(path)).EnsureSuccessStatusCode();

        Assert.Empty(await _store.ListAsync("ada", default));
        Assert.Equal("later", await browser.GetStringAsync("/read"));
    }

    [Fact]
    public async Task User_IsNotedOnce_HoweverOftenTheRequestStores()
    {
        await using var app = await StartAsync();
        using var browser = app.Browser();

        (await browser.GetAsync("/bind-commit")).EnsureSuccessStatusCode();

        Assert.Equal((1, 2), (_store.Noted, _store.Commits.Count));
    }

    [Fact]
    public async Task Session_ThatWasReadAndExpiredMeanwhile_IsNotBegunAnewWithWhatIsLeft()
    {
        var time = new FakeTimeProvider();
        var store = new ProbeStore(time);
        await using var app = await SessionApp.StartAsync(store, Map);
        using var browser = app.Browser();
        await browser.GetAsync("/write");
        store.BeforeCommit = _ =>
        {
            time.Advance(TimeSpan.FromHours(1));
            return Task.CompletedTask;
        };

        var response = await browser.GetAsync("/read-write");

        Assert.Contains("expires=Thu, 01 Jan 1970", SessionApp.SetCookie(response));
        Assert.Empty(await store.EntriesAsync(store.Handles.Keys.Single()));
    }

    [Fact]
    public async Task Session_ThatHadEnded_IsAnotherFromTheWriteOnThatMetIt()
    {
        await using var app = await StartAsync();
        using var browser = app.Browser();
        await browser.GetAsync("/write");
        await _store.EndAsync(_store.Handles.Keys.Single(), TimeSpan.FromHours(1), default);

        (await browser.GetAsync("/commit-write")).EnsureSuccessStatusCode();

        Assert.Equal("later", await browser.GetStringAsync("/read"));
    }

    [Fact]
    public async Task Write_AfterTheEndOfTheMiddleware_Throws()
    {
        string? said = null;
        await using var app = await StartAsync(before: a => a.Use(async (c, next) =>
        {
            ISession? session = null;
            c.Items["keep"] = (ISession s) => session = s;
            await next(c);
            if (session is not null)
            {
                said = Assert.Throws<InvalidOperationException>(() => session.SetString("text", "late")).Message;
            }
        }));
        using var browser = app.Browser();

        (await browser.GetAsync("/keep")).EnsureSuccessStatusCode();

        Assert.Equal("The session cannot be changed any more: the response has begun.", said);
        Assert.Empty(_store.Commits);
    }

    private static Task DrainAsync(SessionApp app) => app.Test.App.Services.GetRequiredService<SessionTouches>().DrainAsync(default);

    private static string Message(Action action) => Assert.Throws<InvalidOperationException>(action).Message;

    private Task<SessionApp> StartAsync(Action<SessionStateOptions>? options = null, Action<WebApplication>? before = null) => SessionApp.StartAsync(_store, Map, options, before: before);

    private static void Map(WebApplication app)
    {
        app.MapGet("/none", () => "none");
        app.MapGet("/read", (HttpContext c) => c.Text("text"));
        app.MapGet("/write", (HttpContext c) =>
        {
            c.Session.SetString("text", "a");
            c.Session.SetString("other", "b");
        });
        app.MapGet("/read-write", (HttpContext c) => c.Session.SetString("text", c.Session.GetString("text") + "b"));
        app.MapGet("/read-twice", (HttpContext c) =>
        {
            Assert.Throws<SessionStoreException>(() => c.Session.GetString("text"));
            Assert.Throws<SessionStoreException>(() => c.Session.GetString("other"));
            return "twice";
        });
        app.MapGet("/without", [NoSession] (HttpContext c) => Message(() => c.Session.GetString("text")));
        app.MapGet("/without-set", [NoSession] (HttpContext c) => Message(() => c.Session.SetString("text", "a")));
        app.MapGet("/without-load", [NoSession] async (HttpContext c) => (await Assert.ThrowsAsync<InvalidOperationException>(() => c.Session.LoadAsync())).Message);
        app.MapGet("/without-keys", [NoSession] (HttpContext c) => Message(() => _ = c.Session.Keys));
        app.MapGet("/other-first", [SessionKeys("text")] (HttpContext c) => $"{c.Session.GetString("other")} {c.Session.GetString("text")}");
        app.MapGet("/bind-clear", (HttpContext c) =>
        {
            c.Session.BindUser("ada");
            c.Session.Clear();
            c.Session.SetString("text", "later");
        });
        app.MapGet("/bind-abandon", async (HttpContext c) =>
        {
            c.Session.BindUser("ada");
            await c.Session.AbandonAsync();
            c.Session.SetString("text", "later");
        });
        app.MapGet("/bind-commit", async (HttpContext c) =>
        {
            c.Session.BindUser("ada");
            await c.Session.CommitAsync();
            c.Session.SetString("text", "later");
        });
        app.MapGet("/commit-write", async (HttpContext c) =>
        {
            c.Session.SetString("text", "lost");
            await c.Session.CommitAsync();
            c.Session.SetString("text", "later");
        });
        app.MapGet("/keep", (HttpContext c) => { ((Func<ISession, ISession>)c.Items["keep"]!)(c.Session); });
    }
}
