using System.Net;
using System.Text;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>Neither the key of a session, nor its cookie, nor what it holds: in no log line, no error and no answer.</summary>
public sealed class SessionSecretTests
{
    private const string Content = "correct-horse";
    private readonly ProbeStore _store = new();

    [Theory]
    [InlineData("works")]
    [InlineData("down")]
    [InlineData("ended")]
    [InlineData("too big")]
    [InlineData("damaged")]
    public async Task Secrets_AreNowhere(string course)
    {
        var said = new List<string>();
        await using var app = await SessionApp.StartAsync(_store, Map, o => o.AddSchema<Cart>("cart", 1));
        var cookies = new CookieContainer();
        using var browser = app.Browser(cookies);
        await browser.GetAsync("/write");
        var cookie = cookies.GetCookies(browser.BaseAddress!).Single().Value;
        var key = Key(app, cookie);
        var handle = SessionHandle.Of(key);
        Assert.Contains(handle, _store.Handles.Keys);
        switch (course)
        {
            case "down":
                _store.Fails = true;
                break;
            case "ended":
                await _store.EndAsync(handle, TimeSpan.FromHours(1), default);
                break;
            case "damaged":
                await _store.WriteAsync(handle, "cart", [1, 2, 3, .. Encoding.UTF8.GetBytes(Content)]);
                await _store.WriteAsync(handle, "text", [0x80, .. Encoding.UTF8.GetBytes(Content)]);
                break;
        }

        foreach (var path in new[] { "/read", "/write", "/big", "/cart", "/rotate", "/abandon" })
        {
            if (course != "too big" && path == "/big")
            {
                continue;
            }

            var response = await browser.GetAsync(path);
            said.Add($"{response.ReasonPhrase} {(path == "/read" && response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync())}");
        }

        said.AddRange(app.Test.Log.Lines.Select(l => l.Text));
        Assert.Equal(course == "down", app.Test.Log.Named("SessionNotStored").Any());
        foreach (var secret in new[] { key, cookie, Uri.UnescapeDataString(cookie), Content })
        {
            Assert.DoesNotContain(said, s => s.Contains(secret, StringComparison.Ordinal));
        }
    }

    /// <summary>As the middleware reads it.</summary>
    private static string Key(SessionApp app, string cookie)
    {
        var text = Uri.UnescapeDataString(cookie);
        var bytes = Convert.FromBase64String(text + new string('=', (4 - (text.Length % 4)) % 4));
        return Encoding.UTF8.GetString(app.Test.App.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("SessionMiddleware").Unprotect(bytes));
    }

    private static void Map(WebApplication app)
    {
        app.MapGet("/read", (HttpContext c) => c.Text("text"));
        app.MapGet("/write", (HttpContext c) =>
        {
            c.Session.SetString("text", Content);
            c.Session.BindUser("ada");
        });
        app.MapGet("/big", (HttpContext c) => c.Session.SetString("text", string.Concat(Enumerable.Repeat(Content, 10_000))));
        app.MapGet("/cart", async (HttpContext c) =>
        {
            await c.Session.UpdateAsync<Cart>("cart", cart => new Cart((cart?.Items ?? 0) + 1, Content));
        });
        app.MapGet("/rotate", (HttpContext c) => c.Session.RotateIdAsync().AsTask());
        app.MapGet("/abandon", (HttpContext c) => c.Session.AbandonAsync().AsTask());
    }
}
