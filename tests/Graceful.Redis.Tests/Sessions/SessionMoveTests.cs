using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Graceful.Redis.Tests.Sessions;

/// <summary>From ASP.NET Core's own session to Graceful's, with a real one of each on one redis-server, and a browser that meets both.</summary>
public sealed partial class SessionMoveTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly string _application = $"move-{Guid.NewGuid():N}";
    private readonly CookieContainer _cookies = new();
    private ConnectionMultiplexer _connection = null!;

    private string Redis => redis.Server.Configuration;

    private IDatabase Database => _connection.GetDatabase();

    private RedisKey OldKey => MoveHost.InstanceName + MoveHost.KeyOf(_cookies);

    private RedisKey NewKey => new SessionStateKeys("", _application).Of(SessionHandle.Of(MoveHost.KeyOf(_cookies)));

    public async ValueTask InitializeAsync() => _connection = await redis.Server.ConnectAsync();

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <param name="level">The one of the move, or one above it: the contract goes on.</param>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task User_WhoLoggedInOnThePlainOne_IsKnownAllTheWay_AndMovedOnce(int level)
    {
        await using var plain = await MoveHost.StartPlainAsync(Redis, MapPlain);
        await using var first = await GracefulAsync(1);
        using var old = plain.Browser(_cookies);
        using var level1 = first.Browser(_cookies);
        await SayAsync(old, "/write?name=user&v=ada");
        await SayAsync(old, "/cart/add");

        // Shared: each reads what the other wrote.
        Assert.Equal("ada", await level1.GetStringAsync("/read?name=user"));
        Assert.Equal("1", await level1.GetStringAsync("/cart"));
        await SayAsync(level1, "/write?name=colour&v=red");
        await SayAsync(level1, "/cart/add");
        Assert.Equal("red", await old.GetStringAsync("/read?name=colour"));
        Assert.Equal("2", await old.GetStringAsync("/cart"));
        await SayAsync(old, "/cart/add");
        Assert.Equal("3", await level1.GetStringAsync("/cart"));
        Assert.False(await Database.KeyExistsAsync(NewKey));

        // The level rises: moved when it is read next, once.
        await using var second = await GracefulAsync(level);
        using var moved = new MovedCounter(first, second);
        using var level2 = second.Browser(_cookies);
        Assert.Equal("3", await level2.GetStringAsync("/cart"));
        Assert.Equal("ada", await level2.GetStringAsync("/read?name=user"));
        Assert.Equal("red", await level2.GetStringAsync("/read?name=colour"));
        Assert.False(await Database.HashExistsAsync(OldKey, "data"));
        Assert.True(await Database.KeyExistsAsync(NewKey));

        // Followed at any level, and never moved again.
        await SayAsync(level1, "/cart/add");
        await SayAsync(level2, "/write?name=user&v=eve");
        Assert.Equal("4", await level2.GetStringAsync("/cart"));
        Assert.Equal("eve", await level1.GetStringAsync("/read?name=user"));
        Assert.False(await Database.HashExistsAsync(OldKey, "data"));
        Assert.Equal(1, moved.Count);
        Assert.DoesNotContain(first.Log.All.Concat(second.Log.All), l => l.Message.Contains(MoveHost.KeyOf(_cookies), StringComparison.Ordinal));
    }

    /// <summary>What the metric says of some hosts.</summary>
    private sealed class MovedCounter : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _count;

        public MovedCounter(params MoveHost[] hosts)
        {
            var factories = hosts.Select(h => h.Services.GetRequiredService<IMeterFactory>()).ToList();
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "graceful.session.moved" && factories.Contains(instrument.Meter.Scope))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _count, value));
            _listener.Start();
        }

        public long Count => Interlocked.Read(ref _count);

        public void Dispose() => _listener.Dispose();
    }

    private Task<MoveHost> GracefulAsync(int? level, Action<SessionStateOptions>? options = null) => MoveHost.StartGracefulAsync(Redis, _application, level, MapGraceful, o =>
    {
        o.AddSchema<Cart>("cart", 1);
        options?.Invoke(o);
    });

    private static async Task SayAsync(HttpClient browser, string path) => (await browser.GetAsync(path)).EnsureSuccessStatusCode();

    private static void MapPlain(WebApplication app)
    {
        Map(app);
        app.MapGet("/cart", (HttpContext c) => c.Response.WriteAsync($"{CartOf(c).Items}"));
        app.MapGet("/cart/add", (HttpContext c) => c.Session.SetString("cart", JsonSerializer.Serialize(CartOf(c) with { Items = CartOf(c).Items + 1 }, JsonSerializerOptions.Web)));

        static Cart CartOf(HttpContext context) => context.Session.GetString("cart") is { } json ? JsonSerializer.Deserialize<Cart>(json, JsonSerializerOptions.Web)! : new Cart(0);
    }

    private static void MapGraceful(WebApplication app)
    {
        Map(app);
        app.MapGet("/cart", async (HttpContext c) => await c.Response.WriteAsync($"{(await c.Session.GetAsync<Cart>("cart"))?.Items ?? 0}"));
        app.MapGet("/rotate", (HttpContext c) => c.Session.RotateIdAsync(SessionRotation.PrivilegeChange).AsTask());
        app.MapGet("/abandon", (HttpContext c) => c.Session.AbandonAsync().AsTask());
        app.MapGet("/bind", (HttpContext c, string user) => c.Session.BindUser(user));
        app.MapGet("/cart/add", async (HttpContext c) => await c.Session.UpdateAsync<Cart>("cart", cart => new Cart((cart?.Items ?? 0) + 1)));
    }

    private static void Map(WebApplication app)
    {
        app.MapGet("/read", (HttpContext c, string name) => c.Response.WriteAsync(c.Session.GetString(name) ?? "-"));
        app.MapGet("/write", (HttpContext c, string name, string v) => c.Session.SetString(name, v));
        app.MapGet("/remove", (HttpContext c, string name) => c.Session.Remove(name));
        app.MapGet("/clear", (HttpContext c) => c.Session.Clear());
        app.MapGet("/keys", (HttpContext c) => c.Response.WriteAsync(string.Join(',', c.Session.Keys.Order())));
        app.MapGet("/nothing", () => { });
    }

    internal sealed record Cart(int Items);
}
