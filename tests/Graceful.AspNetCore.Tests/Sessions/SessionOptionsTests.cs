using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>The settings of sessions.</summary>
public sealed class SessionOptionsTests
{
    [Theory]
    [InlineData("Timeout", "00:00:00", "must be above zero and at most 1 minute")]
    [InlineData("Timeout", "00:02:00", "must be above zero and at most 1 minute")]
    [InlineData("Timeout", "5", "must be a duration written hh:mm:ss")]
    [InlineData("TouchInterval", "00:00:00", "must be above zero and at most 1 day")]
    [InlineData("TouchInterval", "2.00:00:00", "must be above zero and at most 1 day")]
    [InlineData("CookieCacheDuration", "-00:00:01", "must be from zero to 1 hour")]
    [InlineData("CookieCacheDuration", "01:00:01", "must be from zero to 1 hour")]
    [InlineData("AbsoluteTimeout", "-00:00:01", "must be above zero")]
    [InlineData("MaxEntryBytes", "0", "must be above zero")]
    [InlineData("MaxSessionBytes", "10", "must be at least MaxEntryBytes")]
    [InlineData("MaxEntries", "0", "must be above zero")]
    [InlineData("Load", "Lazy", "must be one of Full, OnDemand")]
    [InlineData("OnUnavailable", "1", "must be one of FailClosed, Degrade")]
    [InlineData("AllowLostWrites", "maybe", "must be true or false")]
    [InlineData("IdleTimeout", "00:20:00", "is not a setting")]
    public void Setting_ThatIsWrong_StopsTheStart_WithItsKeyValueAndRule(string key, string value, string rule)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>($"Graceful:Session:{key}", value)]);
        builder.AddGraceful(TestApp.ShortTimes).AddSession();

        var fault = Fault(builder);

        Assert.Contains($"Graceful:Session:{key}", fault, StringComparison.Ordinal);
        Assert.Contains(rule, fault, StringComparison.Ordinal);
        Assert.True(rule == "is not a setting" || fault.Contains(value.TrimStart('-'), StringComparison.Ordinal), fault);
    }

    [Fact]
    public void Choice_SetInCode_ThatIsNone_StopsTheStart()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.AddGraceful(TestApp.ShortTimes).AddSession(o => (o.Load, o.OnUnavailable) = ((SessionLoadMode)99, (SessionFailure)99));

        var fault = Fault(builder);

        Assert.Contains("Graceful:Session:Load = '99' is not defined", fault, StringComparison.Ordinal);
        Assert.Contains("Graceful:Session:OnUnavailable", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AbsoluteTimeout_EndsASessionHoweverMuchItIsUsed()
    {
        // The store's clock; the application's own goes on.
        var time = new FakeTimeProvider();
        var store = new ProbeStore(time);
        await using var app = await SessionApp.StartAsync(store, SessionReadWrite.Map, o => o.AbsoluteTimeout = TimeSpan.FromHours(1));
        using var browser = app.Browser();
        await browser.GetAsync("/write?v=a");
        for (var i = 0; i < 5; i++)
        {
            time.Advance(TimeSpan.FromMinutes(10));
            Assert.Equal("a", await browser.GetStringAsync("/read"));
            await browser.GetAsync("/write?v=a");
        }

        time.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal("-", await browser.GetStringAsync("/read"));
        await browser.GetAsync("/write?v=b");
        Assert.Equal("b", await browser.GetStringAsync("/read"));
    }

    [Fact]
    public async Task OnDemand_ReadsEachEntryWhenItIsNeeded()
    {
        var store = new ProbeStore();
        await using var app = await SessionApp.StartAsync(store, SessionReadWrite.Map, o => o.Load = SessionLoadMode.OnDemand);
        using var browser = app.Browser();
        await browser.GetAsync("/write?v=a");

        Assert.Equal("a", await browser.GetStringAsync("/read"));

        Assert.Equal(["text"], Assert.Single(store.Loads)!);
    }

    private static string Fault(WebApplicationBuilder builder) => Assert.Throws<OptionsValidationException>(() =>
    {
        using var app = builder.Build();
        app.Services.GetRequiredService<SessionStateOptions>();
    }).Message;
}

internal static class SessionReadWrite
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/read", (Microsoft.AspNetCore.Http.HttpContext c) => c.Text("text"));
        app.MapGet("/write", (Microsoft.AspNetCore.Http.HttpContext c, string v) => Microsoft.AspNetCore.Http.SessionExtensions.SetString(c.Session, "text", v));
    }
}
