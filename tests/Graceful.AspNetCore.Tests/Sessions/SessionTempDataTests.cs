using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>MVC's TempData in the session: written by one instance, read once by another.</summary>
public sealed class SessionTempDataTests
{
    private readonly ProbeStore _store = new();
    private readonly CookieContainer _cookies = new();

    [Fact]
    public async Task TempData_IsReadOnce_OnWhicheverInstance()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        using var browser = first.Browser(_cookies);
        (await browser.GetAsync("/notes/put?text=saved")).EnsureSuccessStatusCode();
        using var other = second.Browser();
        other.DefaultRequestHeaders.Add("Cookie", _cookies.GetCookieHeader(first.Test.Http));

        Assert.Equal("saved", await other.GetStringAsync("/notes/take"));

        Assert.Equal("-", await browser.GetStringAsync("/notes/take"));
    }

    [Fact]
    public async Task TempData_ThatCannotBeStored_IsNotAnnouncedAsSaved()
    {
        await using var app = await StartAsync(o => o.Timeout = TimeSpan.FromMilliseconds(50));
        using var browser = app.Browser(_cookies);
        _store.Hangs = true;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await browser.GetAsync("/notes/put?text=saved")).StatusCode);
    }

    private Task<SessionApp> StartAsync(Action<SessionStateOptions>? options = null) => SessionApp.StartAsync(
        _store,
        app => app.MapControllers(),
        options,
        builder => builder.Services.AddControllersWithViews().AddSessionStateTempDataProvider().ConfigureApplicationPartManager(parts =>
        {
            parts.ApplicationParts.Clear();
            parts.FeatureProviders.Clear();
            parts.FeatureProviders.Add(new OneController());
        }));

    private sealed class OneController : IApplicationFeatureProvider<ControllerFeature>
    {
        public void PopulateFeature(IEnumerable<ApplicationPart> parts, ControllerFeature feature) => feature.Controllers.Add(typeof(NotesController).GetTypeInfo());
    }
}

[Route("notes")]
public sealed class NotesController : Controller
{
    [HttpGet("put")]
    public IActionResult Put(string text)
    {
        TempData["note"] = text;
        return Ok();
    }

    [HttpGet("take")]
    public string Take() => TempData["note"] as string ?? "-";
}
