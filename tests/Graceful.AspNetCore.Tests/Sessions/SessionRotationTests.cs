using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>A new key for a session that others use meanwhile.</summary>
public sealed class SessionRotationTests
{
    private readonly ProbeStore _store = new();

    [Fact]
    public async Task Rotation_TakesAlongWhatOthersWriteMeanwhile_AndEndsTheOldKey()
    {
        await using var app = await SessionApp.StartAsync(_store, Map);
        var cookies = new CookieContainer();
        using var browser = app.Browser(cookies);
        await browser.GetAsync("/write?name=first&v=1");
        var old = cookies.GetCookieHeader(browser.BaseAddress!);
        _store.BeforeEnd = session => _store.WriteAsync(session, "second", [0, (byte)'2']);

        (await browser.GetAsync("/rotate")).EnsureSuccessStatusCode();

        Assert.NotEqual(old, cookies.GetCookieHeader(browser.BaseAddress!));
        Assert.Equal("1 2", await browser.GetStringAsync("/both"));
        using var stranger = app.Browser();
        stranger.DefaultRequestHeaders.Add("Cookie", old);
        Assert.Equal("- -", await stranger.GetStringAsync("/both"));
    }

    [Fact]
    public async Task Rotation_OfASessionThatIsEndedMeanwhile_BringsNothingBack()
    {
        await using var app = await SessionApp.StartAsync(_store, Map);
        using var browser = app.Browser();
        await browser.GetAsync("/write?name=first&v=1");
        _store.BeforeEnd = async session => await _store.EndAsync(session, TimeSpan.FromHours(1), default);

        await browser.GetAsync("/rotate");

        Assert.Equal("- -", await browser.GetStringAsync("/both"));
        Assert.All(await Task.WhenAll(_store.Handles.Keys.Select(_store.EntriesAsync)), Assert.Empty);
    }

    private static void Map(WebApplication app)
    {
        app.MapGet("/write", (HttpContext c, string name, string v) => c.Session.SetString(name, v));
        app.MapGet("/rotate", (HttpContext c) => c.Session.RotateIdAsync(SessionRotation.PrivilegeChange).AsTask());
        app.MapGet("/both", (HttpContext c) => $"{c.Session.GetString("first") ?? "-"} {c.Session.GetString("second") ?? "-"}");
    }
}
