using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>What an operator counts, each by the event that it stands for.</summary>
public sealed class SessionMetricsTests : IDisposable
{
    private readonly ProbeStore _store = new();
    private readonly CookieContainer _cookies = new();
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _counts = new();

    [Fact]
    public async Task Commit_ThatIsStored_IsCommitted()
    {
        await using var app = await StartAsync();
        using var browser = app.Browser(_cookies);
        await browser.GetAsync("/set?items=1");

        Assert.Equal(new() { ["commits committed"] = 1 }, Counts());
    }

    [Fact]
    public async Task Commit_ThatMeetsAnother_IsAConflict_AndThenCommitted()
    {
        await using var app = await StartAsync();
        using var browser = app.Browser(_cookies);
        await browser.GetAsync("/set?items=1");
        var between = 0;
        _store.BeforeCommit = async _ =>
        {
            if (Interlocked.Increment(ref between) == 1)
            {
                await _store.WriteAsync(Assert.Single(_store.Handles.Keys), "cart", (await _store.EntriesAsync(Assert.Single(_store.Handles.Keys)))["cart"].Data.ToArray());
            }
        };

        (await browser.GetAsync("/add")).EnsureSuccessStatusCode();

        Assert.Equal(new() { ["commits committed"] = 2, ["commits conflict"] = 1 }, Counts());
    }

    [Theory]
    [InlineData(false, "cleared")]
    [InlineData(true, "ended")]
    public async Task Commit_ThatComesTooLate_IsDropped_AndCountedAsThat(bool ends, string outcome)
    {
        await using var app = await StartAsync();
        using var browser = app.Browser(_cookies);
        await browser.GetAsync("/set?items=1");
        var session = Assert.Single(_store.Handles.Keys);
        _store.BeforeCommit = async _ =>
        {
            _store.BeforeCommit = null;
            if (ends)
            {
                await _store.EndAsync(session, TimeSpan.FromMinutes(1), CancellationToken.None);
            }
            else
            {
                await _store.CommitAsync(session, new SessionCommit("clear", TimeSpan.FromHours(1)) { Clear = true }, CancellationToken.None);
            }
        };

        await browser.GetAsync("/set?items=2");

        Assert.Equal(new() { ["commits committed"] = 1, [$"commits {outcome}"] = 1 }, Counts());
        Assert.Empty(await _store.EntriesAsync(session));
    }

    [Theory]
    [InlineData(false, "load")]
    [InlineData(true, "commit")]
    public async Task Call_ThatIsNotAnswered_IsAFailureOfItsOperation(bool write, string operation)
    {
        await using var app = await StartAsync();
        using var browser = app.Browser(_cookies);
        await browser.GetAsync("/set?items=1");
        _store.Fails = true;

        await browser.GetAsync(write ? "/text" : "/get");

        Assert.Equal(1, Counts().GetValueOrDefault($"failures {operation}"));
    }

    [Fact]
    public async Task Cookie_ThatIsNone_IsRefused()
    {
        await using var app = await StartAsync();
        using var browser = app.Browser();
        browser.DefaultRequestHeaders.Add("Cookie", ".AspNetCore.Session=forged");
        await browser.GetAsync("/get");

        Assert.Equal(new() { ["refused cookie"] = 1 }, Counts());
    }

    [Fact]
    public async Task Entry_ThatCannotBeRead_IsRefused()
    {
        await using var app = await StartAsync();
        using var browser = app.Browser(_cookies);
        await browser.GetAsync("/set?items=1");
        await _store.WriteAsync(Assert.Single(_store.Handles.Keys), "cart", [0x40, 1, 2]);

        await browser.GetAsync("/get");

        Assert.Equal(1, Counts().GetValueOrDefault("refused entry"));
    }

    [Fact]
    public async Task Value_ThatIsTooLarge_IsRefused()
    {
        await using var app = await StartAsync(o => o.MaxEntryBytes = 1024);
        using var browser = app.Browser(_cookies);
        await browser.GetAsync("/text?length=2000");

        Assert.Equal(new() { ["refused size"] = 1 }, Counts());
    }

    [Fact]
    public async Task Write_ThatIsLost_IsCounted()
    {
        await using var app = await StartAsync(o => (o.OnUnavailable, o.AllowLostWrites) = (SessionFailure.Degrade, true));
        using var browser = app.Browser(_cookies);
        await browser.GetAsync("/text");
        _store.Fails = true;

        (await browser.GetAsync("/text")).EnsureSuccessStatusCode();

        Assert.Equal(1, Counts().GetValueOrDefault("refused degraded"));
    }

    public void Dispose() => _listener.Dispose();

    private Dictionary<string, long> Counts() => new(_counts);

    private async Task<SessionApp> StartAsync(Action<SessionStateOptions>? options = null)
    {
        var app = await SessionApp.StartAsync(
            _store,
            a =>
            {
                a.MapGet("/set", (HttpContext c, int items) => c.Session.Set("cart", new Cart(items)));
                a.MapGet("/add", async (HttpContext c) => { await c.Session.UpdateAsync<Cart>("cart", old => old! with { Items = old.Items + 1 }); });
                a.MapGet("/get", (HttpContext c) => $"{c.Session.Get<Cart>("cart")?.Items}");
                a.MapGet("/text", (HttpContext c, int? length) => c.Session.SetString("text", new string('x', length ?? 1)));
            },
            o =>
            {
                o.AddSchema<Cart>("cart", 1);
                options?.Invoke(o);
            });

        // Of this application alone: others run beside it.
        var factory = app.Test.App.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, factory) && instrument.Name.StartsWith("graceful.session.", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            _counts.AddOrUpdate($"{instrument.Name["graceful.session.".Length..]}{(tags.Length == 0 ? "" : $" {tags[0].Value}")}", value, (_, sum) => sum + value));
        _listener.Start();
        return app;
    }
}
