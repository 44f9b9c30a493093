using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>Which version of an entry is written, and what survives that it is written by another build.</summary>
public sealed class SessionSchemaTests
{
    private static readonly JsonSerializerOptions Web = JsonSerializerOptions.Web;
    private readonly ProbeStore _store = new();
    private readonly CookieContainer _cookies = new();

    private SessionHandle Session => Assert.Single(_store.Handles.Keys);

    [Theory]
    [InlineData(1, 1, """{"total":7}""")]
    [InlineData(2, 2, """{"items":7,"note":null}""")]
    [InlineData(5, 2, """{"items":7,"note":null}""")]
    public async Task Write_IsInTheHighestVersionThatTheLevelAllows(int level, int version, string json)
    {
        await using var app = await StartNewerAsync(level);
        using var browser = app.Browser(_cookies);

        (await browser.GetAsync("/set?items=7")).EnsureSuccessStatusCode();

        var entry = (await _store.EntriesAsync(Session))["cart"].Data;
        Assert.Equal((version, json), (entry.Span[6], Encoding.UTF8.GetString(entry.Span[7..])));
        Assert.Equal("7", await browser.GetStringAsync("/items"));
    }

    [Fact]
    public async Task Write_WithAContract_IsNotReadFirst()
    {
        await using var app = await StartNewerAsync(2);
        using var browser = app.Browser(_cookies);
        (await browser.GetAsync("/start")).EnsureSuccessStatusCode();

        (await browser.GetAsync("/set?items=7")).EnsureSuccessStatusCode();

        Assert.Equal((0, 2), (_store.Loads.Count, _store.Commits.Count));
    }

    [Fact]
    public async Task Write_BelowEveryVersionThatIsWritten_IsRefusedWithTheReason()
    {
        await using var app = await SessionApp.StartAsync(
            _store, Map<Cart>, o => o.AddSchema<Cart>("cart", 3).Downcast<OldCart>(2, c => new OldCart(c.Items)), b => b.Services.AddSingleton<ICompatibility>(new FixedLevel(1, lowest: 2)));
        using var browser = app.Browser(_cookies);

        Assert.Equal(HttpStatusCode.InternalServerError, (await browser.GetAsync("/set?items=7")).StatusCode);

        Assert.Contains("the active level is 1, and of its versions the lowest that this build writes is 2", app.Test.Log.Lines.Select(l => l.Text).Last(t => t.Contains("'cart'")), StringComparison.Ordinal);
        Assert.Empty(_store.Commits);
    }

    [Theory]
    [InlineData(0, 1, false)]
    [InlineData(1, 1, false)]
    [InlineData(1, 2, true)]
    [InlineData(2, 2, false)]
    [InlineData(2, 3, true)]
    public async Task Start_WithAnEntryThatCannotBeWrittenAtALevelOfTheBuild_IsRefused(int supported, int written, bool refused)
    {
        var start = async () =>
        {
            await using var app = await SessionApp.StartAsync(
                _store,
                Map<Cart>,
                o =>
                {
                    o.AddSchema<Order>("order", 1);
                    var cart = o.AddSchema<Cart>("cart", 4);
                    cart.Downcast<OldCart>(written, c => new OldCart(c.Items));
                },
                b => b.Services.AddSingleton<ICompatibility>(new FixedLevel(4, supported)));
        };

        if (!refused)
        {
            await start();
            return;
        }

        var error = await Assert.ThrowsAsync<InvalidOperationException>(start);
        Assert.Equal(
            $"The session entry 'cart' cannot be written at level {supported} of the contract 'session', which this build supports: the lowest version that it writes is {written}. "
            + $"Add Downcast({supported}, …); or, for an entry that no build before knows, call its first version {supported}.",
            error.Message);
    }

    [Fact]
    public async Task OlderBuild_RewritesADocument_KeepsTheMembersItDoesNotKnow_AlsoInTheObjectsItHolds()
    {
        await using var app = await SessionApp.StartAsync(_store, Map<Order>, o => o.AddSchema<Order>("cart", 1));
        using var browser = app.Browser(_cookies);
        (await browser.GetAsync("/start")).EnsureSuccessStatusCode();
        await WriteAsync(1, """{"items":1,"gift":true,"address":{"city":"Ulm","geo":[1,2]}}""");

        (await browser.GetAsync("/update")).EnsureSuccessStatusCode();

        Assert.Equal("""{"items":2,"address":{"city":"Ulm","geo":[1,2]},"gift":true}""", await JsonAsync());
    }

    [Fact]
    public async Task OlderBuild_DoesNotTouchEntriesItDoesNotKnow()
    {
        await using var app = await SessionApp.StartAsync(_store, Map<Cart>, o => o.AddSchema<Cart>("cart", 1));
        using var browser = app.Browser(_cookies);
        (await browser.GetAsync("/start")).EnsureSuccessStatusCode();
        byte[] unknown = [0x40, 1, 2, 3];
        await _store.WriteAsync(Session, "later", unknown);

        (await browser.GetAsync("/update")).EnsureSuccessStatusCode();
        (await browser.GetAsync("/set?items=9")).EnsureSuccessStatusCode();

        Assert.Equal(unknown, (await _store.EntriesAsync(Session))["later"].Data.ToArray());
    }

    public static TheoryData<string, byte[]> Unreadables => new()
    {
        { "a later version", [1, .. Hash, 0, 9, .. "{}"u8] },
        { "another schema", [1, 0, 0, 0, 0, 0, 1, .. "{}"u8] },
        { "damaged JSON", [1, .. Hash, 0, 1, .. "{\"items\":"u8] },
        { "JSON of another shape", [1, .. Hash, 0, 1, .. "[1]"u8] },
        { "a later format", [0x81, .. Hash, 0, 1, .. "{}"u8] },
        { "no head", [1, 2, 3] },
        { "nothing", [] },
        { "version 0", [1, .. Hash, 0, 0, .. "{}"u8] },
        { "encrypted by nobody", [3, .. Hash, 0, 1, .. "{}"u8] },
    };

    private static byte[] Hash => [.. System.Security.Cryptography.SHA256.HashData("cart"u8)[..4]];

    [Theory]
    [MemberData(nameof(Unreadables))]
    public async Task Unreadable_IsNeverReadAsEmpty_AndNeverOverwritten(string what, byte[] entry)
    {
        await using var app = await SessionApp.StartAsync(_store, Map<Cart>, o => o.AddSchema<Cart>("cart", 1));
        using var browser = app.Browser(_cookies);
        (await browser.GetAsync("/start")).EnsureSuccessStatusCode();
        await _store.WriteAsync(Session, "cart", entry);

        Assert.Equal(("True", what), (await browser.GetStringAsync("/unreadable"), what));
        foreach (var path in new[] { "/items", "/set?items=1", "/update", "/read-set", "/set-read" })
        {
            Assert.Equal((HttpStatusCode.InternalServerError, path), ((await browser.GetAsync(path)).StatusCode, path));
        }

        Assert.Equal(entry, (await _store.EntriesAsync(Session))["cart"].Data.ToArray());

        // To remove it is to say so.
        (await browser.GetAsync("/remove")).EnsureSuccessStatusCode();
        Assert.Equal("-", await browser.GetStringAsync("/items"));
    }

    [Theory]
    [InlineData("/set?items=1")]
    [InlineData("/update")]
    [InlineData("/commit")]
    public async Task InstanceThatDoesNotServe_StoresNothing_AndAnswers503(string path)
    {
        var level = new FixedLevel(1);
        await using var app = await StartNewerAsync(level);
        using var browser = app.Browser(_cookies);
        level.Refuses = true;

        var response = await browser.GetAsync(path);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "1"), (response.StatusCode, response.Headers.RetryAfter?.ToString()));
        Assert.Null(SessionApp.SetCookie(response));
        Assert.Empty(_store.Commits);
    }

    private Task<SessionApp> StartNewerAsync(int level) => StartNewerAsync(new FixedLevel(level));

    private Task<SessionApp> StartNewerAsync(FixedLevel level) => SessionApp.StartAsync(
        _store,
        Map<Cart>,
        o => o.AddSchema<Cart>("cart", 2).Upcast<OldCart>(1, c => new Cart(c.Total)).Downcast<OldCart>(1, c => new OldCart(c.Items)),
        b => b.Services.AddSingleton<ICompatibility>(level));

    private Task WriteAsync(byte version, string json) => _store.WriteAsync(Session, "cart", [1, .. Hash, 0, version, .. Encoding.UTF8.GetBytes(json)]);

    private async Task<string> JsonAsync() => Encoding.UTF8.GetString((await _store.EntriesAsync(Session))["cart"].Data.Span[7..]);

    private static void Map<T>(WebApplication app)
        where T : class
    {
        app.MapGet("/start", (HttpContext c) => c.Session.SetString("started", "yes"));
        app.MapGet("/set", (HttpContext c, int items) => c.Session.Set("cart", Make(items)));
        app.MapGet("/read-set", (HttpContext c) =>
        {
            _ = c.Session.GetString("started");
            c.Session.Set("cart", Make(1));
        });
        app.MapGet("/set-read", (HttpContext c) =>
        {
            c.Session.Set("cart", Make(1));
            _ = c.Session.GetString("started");
            c.Session.Set("cart", Make(2));
        });
        app.MapGet("/update", async (HttpContext c) => { await c.Session.UpdateAsync<T>("cart", old => More(old)); });
        app.MapGet("/commit", async (HttpContext c) =>
        {
            c.Session.Set("cart", Make(1));
            await c.Session.CommitAsync();
        });
        app.MapGet("/remove", (HttpContext c) => c.Session.Remove("cart"));
        app.MapGet("/items", (HttpContext c) => c.Session.Get<T>("cart") is { } cart ? JsonSerializer.SerializeToElement(cart, Web).GetProperty("items").ToString() : "-");
        app.MapGet("/unreadable", (HttpContext c) => $"{c.Session.IsUnreadable("cart")}");

        static T Make(int items) => JsonSerializer.Deserialize<T>($$"""{"items":{{items}}}""", Web)!;

        static T More(T? old) => old switch
        {
            Cart cart => (T)(object)(cart with { Items = cart.Items + 1 }),
            Order order => (T)(object)(order with { Items = order.Items + 1 }),
            _ => Make(1),
        };
    }

    private sealed record OldCart(int Total);

    private sealed record Address(string City);

    private sealed record Order(int Items, Address? Address = null);

    /// <summary>A fleet that stands at one level.</summary>
    private sealed class FixedLevel(int level, int lowest = 1) : ICompatibility
    {
        public volatile bool Refuses;

        public ContractLevel this[string contract] => new(level, new LevelRange(level, level), 1, LevelMode.Stable);

        public IReadOnlyList<DeclaredContract> Contracts => [new("session", new ContractDeclaration(new LevelRange(lowest, 9)), Unreadable.Fail, false)];

        public bool IsServing => true;

        public string? NotServingReason => null;

        public LevelLease Enter(string contract) => Refuses ? throw new NotServingException("This instance must not write.") : Lease(level);

        public ValueTask WaitUntilServingAsync(CancellationToken cancellationToken = default) => default;

        public IAsyncEnumerable<CompatibilityChange> WatchAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        // Only a fleet makes one with a level, and a fleet takes its time to raise it.
        private static LevelLease Lease(int level) =>
            (LevelLease)Activator.CreateInstance(typeof(LevelLease), BindingFlags.Instance | BindingFlags.NonPublic, null, [null, 0, level], null)!;
    }
}
