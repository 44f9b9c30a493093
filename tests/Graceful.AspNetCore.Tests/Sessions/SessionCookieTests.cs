using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>Cookies that no browser was given.</summary>
public sealed class SessionCookieTests
{
    private readonly ProbeStore _store = new();

    [Theory]
    [InlineData("random")]
    [InlineData("truncated")]
    [InlineData("changed")]
    [InlineData("huge")]
    [InlineData("another purpose")]
    [InlineData("text that is no key")]
    [InlineData("key with a NUL")]
    [InlineData("empty")]
    public async Task Cookie_ThatWasNotGiven_IsANewSession_AndNobodyElses(string kind)
    {
        await using var app = await SessionApp.StartAsync(_store, Map);
        var cookies = new CookieContainer();
        using var browser = app.Browser(cookies);
        (await browser.GetAsync("/write?v=mine")).EnsureSuccessStatusCode();
        using var stranger = app.Browser();
        stranger.DefaultRequestHeaders.Add("Cookie", $".AspNetCore.Session={Make(kind, app, cookies.GetCookies(browser.BaseAddress!).Single().Value)}");

        var read = await stranger.GetAsync("/read");
        var write = await stranger.GetAsync("/write?v=theirs");

        Assert.Equal((HttpStatusCode.OK, "-"), (read.StatusCode, await read.Content.ReadAsStringAsync()));
        Assert.Equal(HttpStatusCode.OK, write.StatusCode);
        Assert.Equal("mine", await browser.GetStringAsync("/read"));
        Assert.Equal(2, _store.Handles.Count);
    }

    private static string Make(string kind, SessionApp app, string given)
    {
        var protection = app.Test.App.Services.GetRequiredService<IDataProtectionProvider>();
        return kind switch
        {
            "random" => Convert.ToBase64String(Enumerable.Range(0, 90).Select(i => (byte)(i * 37)).ToArray()),
            "truncated" => given[..^8],
            "changed" => $"{given[..20]}{(given[20] == 'A' ? 'B' : 'A')}{given[21..]}",
            "huge" => new string('A', 8000),
            "another purpose" => Protect(protection.CreateProtector("Cookies"), Guid.NewGuid().ToString()),
            "text that is no key" => Protect(protection.CreateProtector("SessionMiddleware"), "admin"),
            "key with a NUL" => Protect(protection.CreateProtector("SessionMiddleware"), new string('\0', 36)),
            _ => "",
        };
    }

    private static string Protect(IDataProtector protector, string text) => Uri.EscapeDataString(Convert.ToBase64String(protector.Protect(Encoding.UTF8.GetBytes(text))).TrimEnd('='));

    private static void Map(WebApplication app)
    {
        app.MapGet("/read", (HttpContext c) => c.Text("text"));
        app.MapGet("/write", (HttpContext c, string v) => c.Session.SetString("text", v));
    }
}
