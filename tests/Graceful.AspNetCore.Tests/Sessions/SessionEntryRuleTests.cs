using System.Text;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>What a request may do with an entry, and what it is told when it may not.</summary>
public sealed class SessionEntryRuleTests
{
    private readonly ProbeStore _store = new();

    private SessionHandle Session => Assert.Single(_store.Handles.Keys);

    [Fact]
    public async Task IsAvailable_WhenTheStoreFails_IsFalse_AndThrowsNothing()
    {
        await using var app = await StartAsync();
        using var browser = await BeginAsync(app);
        _store.Fails = true;

        Assert.Equal("False", await DoAsync(app, browser, s => $"{s.IsAvailable}"));
    }

    [Fact]
    public async Task EntryWithASchema_IsNotReadAsBytes()
    {
        await using var app = await StartAsync();
        using var browser = await BeginAsync(app);

        Assert.Equal("InvalidOperationException: The session entry 'cart' has a schema: use Get<T> and Set<T>.", await DoAsync(app, browser, s => s.GetString("cart") ?? "-"));
    }

    /// <summary>Written by a build that has a schema for it, which this one has not.</summary>
    [Fact]
    public async Task EntryOfASchemaThatIsNotKnown_IsNeitherReadAsBytesNorReplaced_ButMayBeRemoved()
    {
        await using var app = await StartAsync();
        using var browser = await BeginAsync(app);
        byte[] typed = [1, 9, 9, 9, 9, 0, 1, .. "{}"u8];
        await _store.WriteAsync(Session, "later", typed);

        Assert.Equal("True", await DoAsync(app, browser, s => $"{s.IsUnreadable("later")}"));
        Assert.StartsWith("SessionEntryUnreadableException: The session entry 'later'", await DoAsync(app, browser, s => s.GetString("later") ?? "-"), StringComparison.Ordinal);
        Assert.StartsWith("SessionEntryUnreadableException: The session entry 'later'", await DoAsync(app, browser, async s =>
        {
            await s.LoadAsync();
            s.SetString("later", "x");
            return "-";
        }), StringComparison.Ordinal);
        Assert.Equal(typed, (await _store.EntriesAsync(Session))["later"].Data.ToArray());

        Assert.Equal("done", await DoAsync(app, browser, async s =>
        {
            await s.LoadAsync();
            s.Remove("later");
            s.SetString("later", "x");
            return "done";
        }));
        Assert.Equal("x", await DoAsync(app, browser, s => s.GetString("later") ?? "-"));
    }

    [Theory]
    [InlineData(3, """{"items":1}""")]
    [InlineData(2, "{")]
    [InlineData(2, """{"items":"many"}""")]
    public async Task EntryOfAVersionThatIsNotRead_OrThatIsNoJson_IsUnreadable(byte version, string json)
    {
        await using var app = await StartAsync();
        using var browser = await BeginAsync(app);
        await PutCartAsync(app, browser);
        var head = (await _store.EntriesAsync(Session))["cart"].Data[..7].ToArray();
        head[6] = version;
        await _store.WriteAsync(Session, "cart", [.. head, .. Encoding.UTF8.GetBytes(json)]);

        Assert.StartsWith("SessionEntryUnreadableException: The session entry 'cart'", await DoAsync(app, browser, s => $"{s.Get<Cart>("cart")}"), StringComparison.Ordinal);
    }

    /// <summary>What the request has set before is what it changes, whatever lies in the store.</summary>
    [Fact]
    public async Task Update_AfterASetOfTheSameRequest_ChangesThat()
    {
        await using var app = await StartAsync();
        using var browser = await BeginAsync(app);
        await PutCartAsync(app, browser);

        await DoAsync(app, browser, async s =>
        {
            s.Set("cart", new Cart(5));
            return $"{(await s.UpdateAsync<Cart>("cart", c => c! with { Items = c.Items + 1 })).Items}";
        });

        Assert.Equal("6", await DoAsync(app, browser, s => $"{s.Get<Cart>("cart")!.Items}"));
    }

    /// <summary>Somebody was faster: all is read again where all was known, and what is asked next is not asked of the store.</summary>
    [Fact]
    public async Task Update_ThatMeetsAnother_KnowsTheRestAsBefore()
    {
        await using var app = await StartAsync();
        using var browser = await BeginAsync(app);
        await PutCartAsync(app, browser);
        var cart = (await _store.EntriesAsync(Session))["cart"].Data.ToArray();
        _store.Loads.Clear();

        Assert.Equal("2 first", await DoAsync(app, browser, async s =>
        {
            await s.LoadAsync();
            await _store.WriteAsync(Session, "cart", cart);
            var updated = await s.UpdateAsync<Cart>("cart", c => c! with { Items = c.Items + 1 });
            return $"{updated.Items} {s.GetString("a")}";
        }));
        Assert.Equal(2, _store.Loads.Count);
    }

    [Fact]
    public async Task Update_ThatAlwaysMeetsAnother_GivesUp()
    {
        await using var app = await StartAsync();
        using var browser = await BeginAsync(app);
        await PutCartAsync(app, browser);
        var cart = (await _store.EntriesAsync(Session))["cart"].Data.ToArray();
        _store.BeforeCommit = c => c.Expect.Count > 0 ? _store.WriteAsync(Session, "cart", cart) : Task.CompletedTask;

        Assert.Equal(
            "InvalidOperationException: The session entry 'cart' was changed by others 100 times while it was updated.",
            await DoAsync(app, browser, async s => $"{await s.UpdateAsync<Cart>("cart", c => c! with { Items = c.Items + 1 })}"));
    }

    [Fact]
    public async Task Update_WhereWritesMayBeLost_IsLost_AndThrowsNothing()
    {
        await using var app = await SessionApp.StartAsync(_store, Map, o =>
        {
            o.AddSchema<Cart>("cart", 2);
            (o.OnUnavailable, o.AllowLostWrites) = (SessionFailure.Degrade, true);
        });
        using var browser = await BeginAsync(app);
        _store.Fails = true;

        Assert.Equal("False 1", await DoAsync(app, browser, async s => $"{s.IsAvailable} {(await s.UpdateAsync<Cart>("cart", c => new Cart((c?.Items ?? 0) + 1))).Items}"));
    }

    /// <summary>What was removed on purpose may be written anew, whatever it was.</summary>
    [Fact]
    public async Task UnreadableEntry_RemovedAndSetByOneRequest_IsReplaced()
    {
        await using var app = await StartAsync();
        using var browser = await BeginAsync(app);
        await _store.WriteAsync(Session, "cart", [0x40, 1, 2]);

        Assert.Equal("True False", await DoAsync(app, browser, async s =>
        {
            await s.LoadAsync();
            var before = s.IsUnreadable("cart");
            s.Remove("cart");
            var after = s.IsUnreadable("cart");
            s.Set("cart", new Cart(7));
            return $"{before} {after}";
        }));

        Assert.Equal("7", await DoAsync(app, browser, s => $"{s.Get<Cart>("cart")!.Items}"));
    }

    /// <summary>The write was made: that the browser has gone is no reason to lose it.</summary>
    [Fact]
    public async Task Write_OfARequestWhoseClientHasGone_IsStored()
    {
        await using var app = await StartAsync();
        using var browser = await BeginAsync(app);
        using var gone = new CancellationTokenSource();
        var request = DoAsync(app, browser, async (s, aborted) =>
        {
            var noticed = new TaskCompletionSource();
            using var registration = aborted.Register(noticed.SetResult);
            await gone.CancelAsync();
            await noticed.Task;
            s.SetString("late", "x");
            return "done";
        }, gone.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);

        await Eventually.True(() => _store.Commits.Any(c => c.Set.ContainsKey("late")), "it is stored");
    }

    [Theory]
    [InlineData(1, 60)]
    [InlineData(20, 2)]
    public async Task UseSession_WithOptionsOfItsOwn_IsRefused(int idleMinutes, int ioSeconds)
    {
        await using var app = await SessionApp.StartAsync(_store, a =>
        {
            a.UseSession(new SessionOptions { IdleTimeout = TimeSpan.FromMinutes(idleMinutes), IOTimeout = TimeSpan.FromSeconds(ioSeconds) });
            Map(a);
        });
        using var browser = app.Browser();

        Assert.Equal(System.Net.HttpStatusCode.InternalServerError, (await browser.GetAsync("/do")).StatusCode);

        Assert.Contains(app.Test.Log.Lines, l => l.Text.Contains("set the options of sessions with services.Configure<SessionOptions>", StringComparison.Ordinal));
    }

    private Func<ISession, CancellationToken, Task<string>> _do = (_, _) => Task.FromResult("-");

    private Task<SessionApp> StartAsync() => SessionApp.StartAsync(_store, Map, o => o.AddSchema<Cart>("cart", 2));

    private void Map(WebApplication app) => app.MapGet("/do", async (HttpContext c) =>
    {
        try
        {
            return await _do(c.Session, c.RequestAborted);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or SessionEntryUnreadableException)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    });

    private async Task<HttpClient> BeginAsync(SessionApp app)
    {
        var browser = app.Browser();
        await DoAsync(app, browser, s =>
        {
            s.SetString("a", "first");
            return "done";
        });
        return browser;
    }

    private Task<string> PutCartAsync(SessionApp app, HttpClient browser) => DoAsync(app, browser, s =>
    {
        s.Set("cart", new Cart(1));
        return "done";
    });

    private Task<string> DoAsync(SessionApp app, HttpClient browser, Func<ISession, string> work) => DoAsync(app, browser, s => Task.FromResult(work(s)));

    private Task<string> DoAsync(SessionApp app, HttpClient browser, Func<ISession, Task<string>> work) => DoAsync(app, browser, (s, _) => work(s), default);

    private async Task<string> DoAsync(SessionApp app, HttpClient browser, Func<ISession, CancellationToken, Task<string>> work, CancellationToken cancellationToken)
    {
        _do = work;
        return await browser.GetStringAsync(new Uri(app.Test.Http, "/do"), cancellationToken);
    }
}
