using System.Globalization;
using System.Text;

namespace Graceful.Tests;

/// <summary>
/// What every store of sessions does: one suite, inherited for each. A store's time may be real, so nothing here asks that something happens at a moment, only that it has happened
/// after it, or has not before.
/// </summary>
public abstract partial class SessionStateStoreTests
{
    /// <summary>Long enough for everything that a test does meanwhile, on a slow machine.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    /// <summary>Short enough to wait for.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    private static int _ids;

    private readonly SessionHandle _session = NewSession();

    /// <summary>A store that no other test uses, or that others use with other sessions.</summary>
    protected abstract ISessionStateStore Store { get; }

    /// <summary>The same sessions, as another process sees them.</summary>
    protected abstract ISessionStateStore Another { get; }

    /// <summary>Lets at least so much of the store's time pass.</summary>
    protected abstract Task PassAsync(TimeSpan time);

    protected static SessionHandle NewSession() => SessionHandle.Of(Guid.NewGuid().ToString("N"));

    protected static SessionCommit Commit(TimeSpan? timeToLive = null) =>
        new($"c{Interlocked.Increment(ref _ids).ToString(CultureInfo.InvariantCulture)}", timeToLive ?? Long);

    protected static SessionCommit Set(params (string Name, string Text)[] entries) =>
        Commit() with { Set = entries.ToDictionary(e => e.Name, e => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(e.Text)) };

    protected static string Text(SessionState state) =>
        string.Join(' ', state.Entries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={Encoding.UTF8.GetString(e.Value.Data.Span)}"));

    protected async Task<SessionState> LoadAsync(params string[]? names) => await Another.LoadAsync(_session, names is { Length: 0 } ? null : names, default);

    private async Task<SessionCommitResult> DoneAsync(SessionCommit commit)
    {
        var result = await Store.CommitAsync(_session, commit, default);
        Assert.Equal(SessionCommitOutcome.Committed, result.Outcome);
        return result;
    }

    private async Task RefusedAsync(SessionCommitOutcome outcome, SessionCommit commit)
    {
        var before = await LoadAsync();
        var result = await Store.CommitAsync(_session, commit, default);
        Assert.Equal((outcome, before.Revision, before.Generation), (result.Outcome, result.Revision, result.Generation));
        var after = await LoadAsync();
        Assert.Equal(Facts(before), Facts(after));
    }

    private static string Facts(SessionState state) => $"{state.Exists} {state.HasEnded} {state.Revision} {state.Generation} {Text(state)}";

    [Fact]
    public async Task Load_OfNothing_IsNoSession()
    {
        foreach (var state in new[] { await LoadAsync(), await LoadAsync("a") })
        {
            Assert.Equal("False False 0 0 ", Facts(state));
            Assert.Equal(TimeSpan.Zero, state.Age);
            Assert.Empty(state.Malformed);
        }
    }

    [Fact]
    public async Task Commit_OfANewSession_MakesIt()
    {
        var result = await DoneAsync(Set(("a", "1"), ("b", "")));

        var state = await LoadAsync();
        Assert.Equal((true, false, "a=1 b="), (state.Exists, state.HasEnded, Text(state)));
        Assert.Equal((result.Revision, result.Generation), (state.Revision, state.Generation));
        Assert.Equal(1, state.Generation);
        Assert.True(state.Revision > 0);
        Assert.All(state.Entries.Values, e => Assert.Equal(state.Revision, e.Revision));
    }

    [Fact]
    public async Task Commit_OfNothing_MakesASessionToo()
    {
        await DoneAsync(Commit());

        Assert.True((await LoadAsync()).Exists);
        Assert.Empty((await LoadAsync()).Entries);
    }

    [Fact]
    public async Task Load_OfNames_ReadsThoseOnly()
    {
        await DoneAsync(Set(("a", "1"), ("b", "2"), ("c", "3")));

        var all = await LoadAsync();
        var some = await LoadAsync("c", "a", "missing");
        Assert.Equal("a=1 c=3", Text(some));
        Assert.Equal((all.Exists, all.Revision, all.Generation), (some.Exists, some.Revision, some.Generation));
        var none = await Store.LoadAsync(_session, [], default);
        Assert.Equal((true, all.Revision, 0), (none.Exists, none.Revision, none.Entries.Count));
    }

    [Fact]
    public async Task Commit_ChangesOnlyWhatItNames()
    {
        var first = await DoneAsync(Set(("a", "1"), ("b", "1"), ("c", "1")));
        var second = await DoneAsync(Set(("b", "2")) with { Remove = ["c", "missing"] });

        var state = await LoadAsync();
        Assert.Equal("a=1 b=2", Text(state));
        Assert.Equal((first.Revision, second.Revision), (state.Entries["a"].Revision, state.Entries["b"].Revision));
        Assert.Equal(first.Revision + 1, second.Revision);
    }

    [Fact]
    public async Task Commit_SetsAndRemovesTheSame_ItIsThere()
    {
        await DoneAsync(Set(("a", "1")));
        await DoneAsync(Set(("a", "2")) with { Remove = ["a"] });

        Assert.Equal("a=2", Text(await LoadAsync()));
    }

    [Theory]
    [InlineData("!r")]
    [InlineData("!x")]
    [InlineData("!")]
    [InlineData("!!r")]
    [InlineData("!!!")]
    [InlineData(" ")]
    [InlineData("ключ\n\0")]
    [InlineData("a:b{c}*")]
    public async Task Name_MayBeAnything(string name)
    {
        await DoneAsync(Set((name, "1"), ("other", "2")));

        Assert.Equal(["1", "2"], (await LoadAsync()).Entries.Select(e => Encoding.UTF8.GetString(e.Value.Data.Span)).Order());
        var state = await LoadAsync(name);
        Assert.Equal(name, Assert.Single(state.Entries).Key);
        await RefusedAsync(SessionCommitOutcome.Conflict, Commit() with { Expect = new Dictionary<string, long> { [name] = 0 } });
        await DoneAsync(Commit() with { Expect = new Dictionary<string, long> { [name] = state.Revision }, Remove = [name] });
        Assert.Equal("other=2", Text(await LoadAsync()));
        await DoneAsync(Set((name, "3")));
        await DoneAsync(Commit() with { Clear = true });
        Assert.Empty((await LoadAsync()).Entries);
    }

    /// <summary>A store may look through what it read, or gather it first: either way it finds the same.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public async Task Entries_OfAll_AreFoundByTheirNames(int looksBefore)
    {
        string[] names = ["a", "!", "!r", "!!r", "aa", "ключ", new string('n', 300)];
        await DoneAsync(Set([.. names.Select(n => (n, n))]));
        foreach (var name in names)
        {
            var entries = (await LoadAsync()).Entries;
            for (var i = 0; i < looksBefore; i++)
            {
                Assert.False(entries.ContainsKey($"other{i}"));
            }

            Assert.False(entries.ContainsKey(""));
            Assert.True(entries.TryGetValue(name, out var entry));
            Assert.Equal(name, Encoding.UTF8.GetString(entry.Data.Span));
            Assert.Equal((entry.Revision, true), (entries[name].Revision, entries.ContainsKey(name)));
            Assert.False(entries.TryGetValue("b", out _) || entries.ContainsKey("!x") || entries.ContainsKey("!c"));
            Assert.Throws<KeyNotFoundException>(() => entries["b"]);
            Assert.Equal(names.Order(StringComparer.Ordinal), entries.Keys.Order(StringComparer.Ordinal));
            Assert.Equal((names.Length, names.Length), (entries.Count, entries.Values.Count()));
            Assert.True(entries.ContainsKey(name));
        }
    }

    [Fact]
    public async Task Data_IsKeptAsItIs_AndIsACopy()
    {
        var data = new byte[70_000];
        new Random(1).NextBytes(data);
        var sent = data.ToArray();
        await DoneAsync(Commit() with { Set = new Dictionary<string, ReadOnlyMemory<byte>> { ["a"] = sent, ["b"] = sent.AsMemory(3, 7) } });
        Array.Clear(sent);

        var state = await LoadAsync();
        Assert.Equal(data, state.Entries["a"].Data.ToArray());
        Assert.Equal(data[3..10], state.Entries["b"].Data.ToArray());
    }

    /// <summary>More than a script may put on Lua's stack at once.</summary>
    [Fact]
    public async Task Entries_MayBeMany()
    {
        var names = Enumerable.Range(0, 9000).Select(i => $"n{i}").ToArray();
        await DoneAsync(Set([.. names.Select(n => (n, n))]));
        Assert.Equal(9000, (await LoadAsync()).Entries.Count(e => Encoding.UTF8.GetString(e.Value.Data.Span) == e.Key));

        await DoneAsync(Commit() with { Remove = names[..8500] });
        Assert.Equal(500, (await LoadAsync()).Entries.Count);

        await DoneAsync(Set([.. names[..300].Select(n => (n, "new"))]) with { Clear = true });
        var state = await LoadAsync();
        Assert.Equal((300, true), (state.Entries.Count, state.Entries.Values.All(e => e.Data.Length == 3)));
    }

    [Fact]
    public async Task Arguments_ThatMakeNoSense_AreRefused()
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.LoadAsync(default, null, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.LoadAsync(_session, [""], default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.EndAsync(default, Long, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Store.EndAsync(_session, TimeSpan.Zero, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Store.BindAsync("user", _session, TimeSpan.Zero, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.BindAsync("", _session, Long, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Store.TouchAsync([new SessionTouch(_session, TimeSpan.Zero, null)], default));
        SessionCommit[] bad =
        [
            new("", Long), new("a b", Long), new("é", Long), new(new string('a', 65), Long), Set(("", "1")), Commit() with { Remove = [""] },
            Commit() with { Expect = new Dictionary<string, long> { [""] = 0 } },
        ];
        foreach (var commit in bad)
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await Store.CommitAsync(_session, commit, default));
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Store.CommitAsync(_session, Commit(TimeSpan.Zero), default));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Store.CommitAsync(_session, null!, default));
        Assert.False((await LoadAsync()).Exists);
    }

    [Fact]
    public async Task Token_Cancelled_EndsEveryCall()
    {
        var cancelled = new CancellationToken(canceled: true);
        Func<Task>[] calls =
        [
            async () => await Store.LoadAsync(_session, null, cancelled), async () => await Store.LoadAsync(_session, ["a"], cancelled), async () => await Store.CommitAsync(_session, Commit(), cancelled),
            async () => await Store.TouchAsync([new SessionTouch(_session, Long, null)], cancelled), async () => await Store.EndAsync(_session, Long, cancelled),
            async () => await Store.BindAsync("u", _session, Long, cancelled), async () => await Store.UnbindAsync("u", _session, cancelled), async () => await Store.ListAsync("u", cancelled),
        ];
        foreach (var call in calls)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(call);
        }
    }
}
