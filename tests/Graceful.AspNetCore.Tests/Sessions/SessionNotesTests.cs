using System.Diagnostics.Metrics;
using System.Net;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>The note of whose a session is lives as long as the session is used, and what that costs.</summary>
public sealed class SessionNotesTests : IDisposable
{
    private static readonly SessionHandle One = SessionHandle.Of("one");
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private readonly FakeTimeProvider _time = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ProbeStore _store;
    private readonly SessionNotes _notes;

    public SessionNotesTests()
    {
        _store = new ProbeStore(_time);
        _notes = NewNotes();
    }

    [Theory]
    [InlineData("/name")]
    [InlineData("/named")]
    [InlineData("/write")]
    [InlineData("/none")]
    public async Task Session_UsedForLongerThanANoteIsKept_IsStillFoundByItsUser(string path)
    {
        var cookies = new CookieContainer();
        await using (var first = await StartAsync())
        {
            using var browser = first.Browser(cookies);
            (await browser.GetAsync("/login")).EnsureSuccessStatusCode();
        }

        for (var times = 1; times <= 2; times++)
        {
            // As long as the session may idle, and twice that is longer than a note is kept; and another instance, for this one's clock is not the store's.
            _time.Advance(TimeSpan.FromDays(100));
            var (noted, touched) = (_store.Noted, _store.Touched);
            await using var app = await StartAsync();
            using var browser = app.Browser(cookies);
            (await browser.GetAsync(path)).EnsureSuccessStatusCode();
            await Eventually.True(() => _store.Noted == noted + 1, "the note is renewed");
            await Eventually.True(() => path == "/write" || _store.Touched > touched, "the session is prolonged");
        }

        await using var last = await StartAsync();
        Assert.Equal(1, await last.Test.App.Services.GetRequiredService<ISessionAdmin>().KillAllAsync("ada"));
        using var again = last.Browser(cookies);
        Assert.Equal("-", await again.GetStringAsync("/name"));
    }

    [Fact]
    public async Task Used_IsNotedOnceADay()
    {
        await BindAsync();
        _time.Advance(Day);
        for (var use = 0; use < 10; use++)
        {
            _notes.Used(One, Life, new SessionDocument());
        }

        Assert.Equal(1 + 1, _store.Noted);
        _time.Advance(Day - TimeSpan.FromSeconds(1));
        _notes.Used(One, Life, new SessionDocument());
        Assert.Equal(1 + 1, _store.Noted);
        _time.Advance(TimeSpan.FromSeconds(1));
        _notes.Used(One, Life, new SessionDocument());
        Assert.Equal(1 + 2, _store.Noted);
    }

    [Fact]
    public async Task Bound_IsNotNotedAgainThatDay()
    {
        await BindAsync();
        _notes.Used(One, Life, new SessionDocument());

        Assert.Equal(1, _store.Noted);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(23, false)]
    [InlineData(24, true)]
    public async Task Read_Session_ThatIsYoungerThanADay_CostsNothing(int hours, bool notes)
    {
        await BindAsync();
        _time.Advance(TimeSpan.FromHours(hours));
        var document = new SessionDocument();
        document.Accept(await _store.LoadAsync(One, null, default), null);

        // Another instance.
        NewNotes().Used(One, Life, document);

        Assert.Equal(notes ? 2 : 1, _store.Noted);
    }

    [Fact]
    public async Task Read_Session_OfNobody_IsAskedForNothing()
    {
        await _store.WriteAsync(One, "a", [0]);
        var document = new SessionDocument();
        document.Accept((await _store.LoadAsync(One, null, default)) with { Age = Day }, null);

        _notes.Used(One, Life, document);
        Assert.Equal((0, 0), (_store.Asked, _store.Noted));

        // Of one that was not read nobody knows.
        NewNotes().Used(One, Life, new SessionDocument());
        Assert.Equal((1, 0), (_store.Asked, _store.Noted));
    }

    [Fact]
    public async Task Made_Session_IsAskedForNothing()
    {
        await using var app = await StartAsync();
        using var browser = app.Browser();
        foreach (var path in new[] { "/write", "/write", "/none" })
        {
            (await browser.GetAsync(path)).EnsureSuccessStatusCode();
        }

        Assert.Equal(0, _store.Asked);
    }

    [Fact]
    public async Task Store_Fails_TheNextUseTriesAgain()
    {
        await BindAsync();
        _time.Advance(Day);
        _store.Fails = true;
        _notes.Used(One, Life, new SessionDocument());
        _store.Fails = false;
        _notes.Used(One, Life, new SessionDocument());

        Assert.Equal(1 + 1, _store.Noted);
    }

    [Fact]
    public void Remembered_AreOnlySoMany()
    {
        for (var i = 0; i <= SessionNotes.MaxRemembered; i++)
        {
            _notes.IsFresh(SessionHandle.Of($"{i}"));
        }

        Assert.InRange(_notes.Remembered, 1, SessionNotes.MaxRemembered);
    }

    [Fact]
    public async Task Note_OutlivesASessionThatIdlesForLong()
    {
        await _notes.NoteAsync("ada", One, TimeSpan.FromDays(365), default);
        _time.Advance(TimeSpan.FromDays(400));

        Assert.Single(await _store.ListAsync("ada", default));
    }

    public void Dispose() => _services.Dispose();

    private SessionNotes NewNotes()
    {
        var metrics = new SessionMetrics(_services.GetRequiredService<IMeterFactory>());
        return new SessionNotes(new GuardedSessionStore(_store, new SessionStateOptions { Timeout = TimeSpan.FromSeconds(10) }, metrics, _time), _time);
    }

    private async Task BindAsync()
    {
        var set = new Dictionary<string, ReadOnlyMemory<byte>> { [SessionNotes.Entry] = SessionNotes.Encode("ada") };
        await _store.CommitAsync(One, new SessionCommit("bind", TimeSpan.FromDays(1000)) { Set = set }, default);
        await _notes.NoteAsync("ada", One, Life, default);
    }

    private Task<SessionApp> StartAsync() => SessionApp.StartAsync(
        _store,
        a =>
        {
            a.MapGet("/login", (HttpContext c) =>
            {
                c.Session.SetString("name", "ada");
                c.Session.BindUser("ada");
            });
            a.MapGet("/name", (HttpContext c) => c.Text("name"));
            a.MapGet("/named", [SessionKeys("name")] (HttpContext c) => c.Text("name"));
            a.MapGet("/write", (HttpContext c) => c.Session.SetString("other", "a"));
            a.MapGet("/none", () => "none");
        },
        configure: b => b.Services.Configure<SessionOptions>(o => o.IdleTimeout = TimeSpan.FromDays(100.5)));
}
