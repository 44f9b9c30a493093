using System.Net;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Graceful.Redis.Tests.KeyRing;

/// <summary>A fleet of web applications on a real Redis: one ring, whoever starts when.</summary>
public sealed class SharedKeyRingTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private readonly string _fleet = $"ring-{Guid.NewGuid():N}";

    private string Redis => redis.Server.Configuration;

    private RedisKey Ring => $"gf1:{{{_fleet}}}:k";

    [Fact]
    public async Task Fleet_StartingAtOnce_MakesOneKey_AndEachReadsTheCookiesOfEach()
    {
        await using var fleet = new Hosts(Enumerable.Range(0, 6).Select(_ => RingHost.Build(Redis, _fleet)));

        await Task.WhenAll(fleet.Select(h => Task.Run(h.StartAsync)));
        await Task.WhenAll(fleet.Select(h => h.ReadyAsync()));

        Assert.Single(await KeysAsync());
        foreach (var issuer in fleet)
        {
            var cookies = new CookieContainer();
            using var client = issuer.Client(cookies);
            await client.GetAsync("/login");
            var form = await client.GetStringAsync("/form");
            foreach (var reader in fleet)
            {
                using var other = reader.Client(Moved(cookies, client.BaseAddress!, reader));
                Assert.Equal("Ada", await other.GetStringAsync("/name"));
                using var post = new HttpRequestMessage(HttpMethod.Post, "/form") { Headers = { { "RequestVerificationToken", form } } };
                Assert.Equal(HttpStatusCode.OK, (await other.SendAsync(post)).StatusCode);
            }
        }
    }

    [Fact]
    public async Task Fleet_WhoseKeyEndsSoon_MakesOneNextKey()
    {
        DateTimeOffset end;
        await using (var first = await RingHost.StartAsync(Redis, _fleet))
        {
            // What the application asks for is made, whatever there is.
            var keys = first.Services.GetRequiredService<IKeyManager>();
            var soon = keys.CreateNewKey(DateTimeOffset.UtcNow.AddDays(-80), DateTimeOffset.UtcNow.AddDays(1));
            end = soon.ExpirationDate;
            Assert.Equal(2, (await KeysAsync()).Length);
            await RemoveOthersAsync(soon.KeyId);
        }

        await using var fleet = new Hosts(Enumerable.Range(0, 4).Select(_ => RingHost.Build(Redis, _fleet)));
        await Task.WhenAll(fleet.Select(h => Task.Run(h.StartAsync)));
        await Task.WhenAll(fleet.Select(h => h.ReadyAsync()));

        var all = fleet.First().Services.GetRequiredService<IKeyManager>().GetAllKeys();
        Assert.Equal(2, all.Count);
        Assert.Equal(end, all.OrderBy(k => k.ExpirationDate).Last().ActivationDate, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Revocation_ByOne_IsHeededByAll()
    {
        await using var one = await RingHost.StartAsync(Redis, _fleet);
        await using var other = await RingHost.StartAsync(Redis, _fleet);
        var cookie = one.Protector.Protect("x");
        Assert.True(other.CanRead(cookie));

        one.Services.GetRequiredService<IKeyManager>().RevokeAllKeys(DateTimeOffset.UtcNow.AddSeconds(1));

        await Eventually.TrueAsync(() => !other.CanRead(cookie), "the other has seen the revocation");
    }

    [Fact]
    public async Task Ring_LostByTheStore_IsPutBack()
    {
        await using var one = await RingHost.StartAsync(Redis, _fleet);
        var cookie = one.Protector.Protect("x");
        var before = await KeysAsync();

        await using (var connection = await redis.Server.ConnectAsync())
        {
            await connection.GetDatabase().KeyDeleteAsync(Ring);
        }

        await Eventually.TrueAsync(() => one.Log.Count("KeyRingPutBack") == 1, "the element is put back");
        Assert.Equal(before, await KeysAsync());
        await using var later = await RingHost.StartAsync(Redis, _fleet);
        Assert.True(later.CanRead(cookie));
    }

    [Fact]
    public async Task Name_OfAnotherApplication_IsTold()
    {
        await using var one = await RingHost.StartAsync(Redis, _fleet);
        await using var other = await RingHost.StartAsync(Redis, _fleet, s => s.AddDataProtection().SetApplicationName("other"));

        Assert.False(other.CanRead(one.Protector.Protect("x")));
        Assert.Equal(0, one.Log.Count("KeyRingOfAnotherApplication"));
        Assert.NotEqual(0, other.Log.Count("KeyRingOfAnotherApplication"));
    }

    private async Task<HashEntry[]> ReadAsync()
    {
        await using var connection = await redis.Server.ConnectAsync();
        return await connection.GetDatabase().HashGetAllAsync(Ring);
    }

    private async Task<HashEntry[]> KeysAsync() => [.. (await ReadAsync()).Where(e => e.Name.StartsWith("key-"))];

    private async Task RemoveOthersAsync(Guid key)
    {
        await using var connection = await redis.Server.ConnectAsync();
        foreach (var entry in await KeysAsync())
        {
            if (entry.Name != $"key-{key}")
            {
                await connection.GetDatabase().HashDeleteAsync(Ring, entry.Name);
            }
        }
    }

    /// <summary>The cookies of one host, as a balancer would bring them to another.</summary>
    private static CookieContainer Moved(CookieContainer cookies, Uri from, RingHost to)
    {
        using var client = to.Client(new CookieContainer());
        var moved = new CookieContainer();
        foreach (Cookie cookie in cookies.GetCookies(from))
        {
            moved.Add(client.BaseAddress!, new Cookie(cookie.Name, cookie.Value));
        }

        return moved;
    }

    private sealed class Hosts(IEnumerable<RingHost> hosts) : List<RingHost>(hosts), IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var host in this)
            {
                await host.DisposeAsync();
            }
        }
    }
}
