using System.Globalization;
using System.Reflection;
using System.Text;
using StackExchange.Redis;

namespace Graceful.Redis.Tests.Sessions;

/// <summary>What lies in Redis, byte for byte: what versions before and after have to read. And what does not look like it.</summary>
public class SessionFormatTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    private const long FirstRevision = 50000001;
    private const string Born = "1767225600000001";
    private const string Cleared = "1767225600000002";
    private readonly SessionHandle _session = SessionUse.NewSession();
    private SessionStores _stores = null!;
    private ConnectionMultiplexer _connection = null!;
    private RedisSessionStateStore _store = null!;

    private IDatabase Database => _connection.GetDatabase();

    private RedisKey Key => _stores.Keys.Of(_session);

    public async ValueTask InitializeAsync()
    {
        _stores = new SessionStores(redis.Server.Configuration, "Shop", "test:");
        _connection = await _stores.ConnectAsync();
        _store = _stores.Create();
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("Shop", "prod:", "prod:gs1:Shop:s:ungWv48Bz-pBQUDeXa4iI7", "prod:gs1:Shop:u:")]
    [InlineData("a{b} *", "", "gs1:a%7Bb%7D%20%2A:s:ungWv48Bz-pBQUDeXa4iI7", "gs1:a%7Bb%7D%20%2A:u:")]
    public void Keys_HoldNeitherTheSessionKeyNorTheUser(string application, string prefix, string session, string user)
    {
        var keys = new SessionStateKeys(prefix, application);

        Assert.Equal(session, keys.Of(SessionHandle.Of("abc")).ToString());
        Assert.StartsWith(user, keys.Of("alice").ToString(), StringComparison.Ordinal);
        Assert.Equal(user.Length + SessionHandle.Length, keys.Of("alice").ToString().Length);
        Assert.NotEqual(keys.Of("alice"), new SessionStateKeys(prefix, application + "2").Of("alice"));
    }

    [Fact]
    public async Task Session_IsWrittenAsItWasEver()
    {
        var first = await _store.CommitAsync(_session, Commit("c1", ("a", "1")), default);
        await _store.CommitAsync(_session, Commit("c2", ("user", "bob")) with { Clear = true }, default);
        await _store.CommitAsync(_session, Commit("c3", ("cart", "\0ÿ\\"), ("!b", "x")), default);

        var fields = (await Database.HashGetAllAsync(Key)).ToDictionary(f => f.Name.ToString(), f => Latin(f.Value));
        fields["!t"] = Born;
        fields["!k"] = Cleared;
        var text = Dump(fields);
        for (var i = 0; i < 3; i++)
        {
            var (mine, golden) = (first.Revision + i, FirstRevision + i);
            text = text.Replace(mine.ToString(CultureInfo.InvariantCulture), golden.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace(mine.ToString("x8", CultureInfo.InvariantCulture), golden.ToString("x8", CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }

        Assert.Equal(Golden("session.txt"), text);
    }

    [Fact]
    public async Task Session_ThatWasWrittenEver_IsRead_AndGoesOn()
    {
        await PutAsync("session.txt");

        var state = await _store.LoadAsync(_session, null, default);
        Assert.Equal((true, false, FirstRevision + 2, 2L), (state.Exists, state.HasEnded, state.Revision, state.Generation));
        Assert.Equal("!b@50000003=x|cart@50000003=\0ÿ\\|user@50000002=bob", Text(state));
        Assert.Equal("cart@50000003=\0ÿ\\", Text(await _store.LoadAsync(_session, ["cart"], default)));
        Assert.Equal(Microseconds.ToTime(long.Parse(Born, CultureInfo.InvariantCulture)), DateTimeOffset.UtcNow - state.Age, TimeSpan.FromMinutes(1));
        Assert.Equal(new SessionCommitResult(SessionCommitOutcome.Committed, FirstRevision, 1), await _store.CommitAsync(_session, Commit("c1", ("a", "1")), default));
        var next = await _store.CommitAsync(_session, Commit("c4", ("user", "eve")) with { Generation = 2, Expect = new Dictionary<string, long> { ["user"] = FirstRevision + 1 } }, default);
        Assert.Equal(new SessionCommitResult(SessionCommitOutcome.Committed, FirstRevision + 3, 2), next);
    }

    [Fact]
    public async Task End_IsWrittenAndReadAsItWasEver()
    {
        await _store.EndAsync(_session, TimeSpan.FromMinutes(1), default);
        Assert.Equal(Golden("ended.txt"), Dump((await Database.HashGetAllAsync(Key)).ToDictionary(f => f.Name.ToString(), f => Latin(f.Value))));

        await PutAsync("ended.txt");
        Assert.True((await _store.LoadAsync(_session, null, default)).HasEnded);
        Assert.True((await _store.LoadAsync(_session, ["a"], default)).HasEnded);
    }

    [Theory]
    [InlineData("")]
    [InlineData("02faf08")]
    [InlineData("zzzzzzzzdata")]
    [InlineData("02FAF081data")]
    [InlineData("-2faf081data")]
    [InlineData("00000000data")]
    public async Task Entry_ThatIsMalformed_IsToldOf_Kept_AndCanBeReplaced(string value)
    {
        await PutAsync("session.txt");
        await Database.HashSetAsync(Key, "cart", value);

        foreach (var state in new[] { await _store.LoadAsync(_session, null, default), await _store.LoadAsync(_session, ["cart", "user"], default) })
        {
            Assert.Equal(["cart"], state.Malformed);
            Assert.True(state.Entries.ContainsKey("user") && !state.Entries.ContainsKey("cart"));
        }

        foreach (var expected in new[] { 0, FirstRevision, FirstRevision + 2 })
        {
            var swap = Commit("swap", ("cart", "new")) with { Expect = new Dictionary<string, long> { ["cart"] = expected } };
            Assert.Equal(SessionCommitOutcome.Conflict, (await _store.CommitAsync(_session, swap, default)).Outcome);
        }

        await _store.CommitAsync(_session, Commit("other", ("other", "1")), default);
        Assert.Equal(value, Latin(await Database.HashGetAsync(Key, "cart")));
        await _store.CommitAsync(_session, Commit("new", ("cart", "new")), default);
        Assert.Empty((await _store.LoadAsync(_session, null, default)).Malformed);
    }

    /// <summary>What is no text is read as the mark for it, which may be a name, too: the first that was written is found, in whatever way.</summary>
    [Fact]
    public async Task NameThatIsNoText_DoesNotHideTheEntryItLooksLike()
    {
        await PutAsync("session.txt");
        await _store.CommitAsync(_session, Commit("new", ("\uFFFD", "1")), default);
        await Database.HashSetAsync(Key, new byte[] { 0xFF }, "00000001other");

        var found = (await _store.LoadAsync(_session, null, default)).Entries;
        var gathered = (await _store.LoadAsync(_session, null, default)).Entries.ToDictionary(e => e.Key, e => e.Value.Data.ToArray());

        Assert.Equal(gathered["\uFFFD"], found["\uFFFD"].Data.ToArray());
    }

    [Theory]
    [InlineData("!r", "x")]
    [InlineData("!r", "-1")]
    [InlineData("!r", null)]
    [InlineData("!g", "")]
    [InlineData("!g", null)]
    [InlineData("!t", "1e9")]
    [InlineData("!t", null)]
    [InlineData("!r !g !t", null)]
    public async Task Session_ThatWasDamaged_IsRefused_AndKept_AndCanBeEnded(string field, string? value)
    {
        await PutAsync("session.txt");
        foreach (var name in field.Split(' '))
        {
            await (value is null ? Database.HashDeleteAsync(Key, name) : Database.HashSetAsync(Key, name, value));
        }

        var before = Dump((await Database.HashGetAllAsync(Key)).ToDictionary(f => f.Name.ToString(), f => Latin(f.Value)));

        foreach (var call in new Func<Task>[]
        {
            async () => await _store.LoadAsync(_session, null, default), async () => await _store.LoadAsync(_session, ["cart"], default),
            async () => await _store.CommitAsync(_session, Commit("new", ("a", "1")), default),
        })
        {
            Assert.Contains("damaged", (await Assert.ThrowsAsync<SessionStoreException>(call)).Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, Dump((await Database.HashGetAllAsync(Key)).ToDictionary(f => f.Name.ToString(), f => Latin(f.Value))));
        await _store.EndAsync(_session, TimeSpan.FromMinutes(1), default);
        Assert.True((await _store.LoadAsync(_session, null, default)).HasEnded);
    }

    [Fact]
    public async Task ReservedField_OfALaterVersion_IsNoEntry_AndKept()
    {
        await PutAsync("session.txt");
        await Database.HashSetAsync(Key, "!z", "later");

        Assert.Equal(3, (await _store.LoadAsync(_session, null, default)).Entries.Count);
        await _store.CommitAsync(_session, Commit("new", ("a", "1")) with { Clear = true }, default);

        Assert.Equal("later", (await Database.HashGetAsync(Key, "!z")).ToString());
        Assert.Empty((await _store.LoadAsync(_session, null, default)).Malformed);
    }

    [Fact]
    public async Task Revisions_UsedUp_AreRefusedWithWords_AndTheLastIsTaken()
    {
        await PutAsync("session.txt");
        await Database.HashSetAsync(Key, "!r", SessionScripts.HighestRevision - 1);

        Assert.Equal(SessionScripts.HighestRevision, (await _store.CommitAsync(_session, Commit("last", ("a", "1")), default)).Revision);
        var e = await Assert.ThrowsAsync<SessionStoreException>(async () => await _store.CommitAsync(_session, Commit("more", ("a", "2")), default));

        Assert.Contains("takes no more", e.Message, StringComparison.Ordinal);
        Assert.Equal(SessionScripts.HighestRevision, (await _store.LoadAsync(_session, ["a"], default)).Entries["a"].Revision);
    }

    [Fact]
    public async Task Key_HoldsSomethingElse_IsSaid_AndKept()
    {
        await Database.StringSetAsync(Key, "x");

        await Assert.ThrowsAsync<SessionStoreException>(async () => await _store.LoadAsync(_session, null, default));
        await Assert.ThrowsAsync<SessionStoreException>(async () => await _store.CommitAsync(_session, Commit("new", ("a", "1")), default));

        Assert.Equal("x", (await Database.StringGetAsync(Key)).ToString());
    }

    private static SessionCommit Commit(string id, params (string Name, string Text)[] entries) =>
        new(id, TimeSpan.FromMinutes(5)) { Set = entries.ToDictionary(e => e.Name, e => (ReadOnlyMemory<byte>)Encoding.Latin1.GetBytes(e.Text)) };

    private static string Text(SessionState state) =>
        string.Join('|', state.Entries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}@{e.Value.Revision}={Encoding.Latin1.GetString(e.Value.Data.Span)}"));

    private static string Latin(RedisValue value) => Encoding.Latin1.GetString((byte[])value!);

    /// <summary>One field a line; what is not visible ASCII, and the backslash, as \xNN.</summary>
    private static string Dump(Dictionary<string, string> fields) =>
        string.Concat(fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}\t{string.Concat(f.Value.Select(c => c is >= ' ' and <= '~' and not '\\' ? c.ToString() : $"\\x{(int)c:x2}"))}\n"));

    private static string Golden(string file)
    {
        var root = typeof(SessionFormatTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;
        return File.ReadAllText(Path.Combine(root, "tests", "Graceful.Redis.Tests", "Sessions", "Golden", file));
    }

    private async Task PutAsync(string file)
    {
        await Database.KeyDeleteAsync(Key);
        foreach (var line in Golden(file).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var (field, value) = (line[..line.IndexOf('\t', StringComparison.Ordinal)], line[(line.IndexOf('\t', StringComparison.Ordinal) + 1)..]);
            var bytes = Encoding.Latin1.GetBytes(System.Text.RegularExpressions.Regex.Replace(value, @"\\x(..)", m => ((char)Convert.ToInt32(m.Groups[1].Value, 16)).ToString()));
            await Database.HashSetAsync(Key, field, bytes);
        }
    }
}
