using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>Two versions of an entry in one store, without a contract that says which may be written.</summary>
public sealed class SessionVersionTests
{
    private readonly ProbeStore _store = new();
    private readonly CookieContainer _cookies = new();

    [Theory]
    [InlineData("/set?items=1")]
    [InlineData("/update")]
    [InlineData("/read-set?items=1")]
    public async Task NewerEntry_IsNeverOverwritten(string path)
    {
        await using var newer = await SessionApp.StartAsync(_store, Map, o => o.AddSchema<Cart>("cart", 2));
        await using var older = await SessionApp.StartAsync(_store, Map, o => o.AddSchema<Cart>("cart", 1));
        using var first = newer.Browser(_cookies);
        using var second = older.Browser(_cookies);
        (await first.GetAsync("/set?items=7")).EnsureSuccessStatusCode();

        Assert.Equal(HttpStatusCode.InternalServerError, (await second.GetAsync(path)).StatusCode);

        Assert.Equal("7", await first.GetStringAsync("/items"));
        Assert.Equal("True", await second.GetStringAsync("/unreadable"));
    }

    [Fact]
    public async Task OlderEntry_IsReadThroughTheUpcaster()
    {
        await using var older = await SessionApp.StartAsync(_store, Map, o => o.AddSchema<Cart>("cart", 1));
        await using var newer = await SessionApp.StartAsync(_store, Map, o => o.AddSchema<Cart>("cart", 2).Upcast<Cart>(1, c => c with { Items = c.Items + 100 }));
        using var first = older.Browser(_cookies);
        using var second = newer.Browser(_cookies);
        (await first.GetAsync("/set?items=7")).EnsureSuccessStatusCode();

        Assert.Equal("107", await second.GetStringAsync("/items"));
    }

    [Fact]
    public async Task BlindSet_OfWhatAnotherWritesMeanwhile_IsTriedAgain()
    {
        await using var app = await SessionApp.StartAsync(_store, Map, o => o.AddSchema<Cart>("cart", 1));
        using var browser = app.Browser(_cookies);
        (await browser.GetAsync("/set?items=1")).EnsureSuccessStatusCode();
        var meanwhile = 0;
        _store.BeforeCommit = async _ =>
        {
            if (Interlocked.Exchange(ref meanwhile, 1) == 0)
            {
                using var other = app.Browser(_cookies);
                (await other.GetAsync("/set?items=2")).EnsureSuccessStatusCode();
            }
        };

        (await browser.GetAsync("/set?items=3")).EnsureSuccessStatusCode();

        // The first, the other's, and this one twice.
        Assert.Equal("3", await browser.GetStringAsync("/items"));
        Assert.Equal(4, _store.Commits.Count);
    }

    private static void Map(WebApplication app)
    {
        app.MapGet("/set", (HttpContext c, int items) => c.Session.Set("cart", new Cart(items)));
        app.MapGet("/read-set", (HttpContext c, int items) =>
        {
            c.Session.IsUnreadable("cart");
            c.Session.Set("cart", new Cart(items));
        });
        app.MapGet("/update", async (HttpContext c) => await c.Session.UpdateAsync<Cart>("cart", cart => new Cart((cart?.Items ?? 0) + 1)));
        app.MapGet("/items", (HttpContext c) => $"{c.Session.Get<Cart>("cart")?.Items}");
        app.MapGet("/unreadable", (HttpContext c) => $"{c.Session.IsUnreadable("cart")}");
    }
}
