using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Graceful.Redis.Tests.Sessions;

/// <summary>The suite on a server that speaks Redis' protocol; the others there are the real RedisCache.</summary>
public abstract class RespSessionBlobStoreTests : SessionBlobStoreTests, IAsyncDisposable
{
    private readonly string _configuration;
    private readonly SessionStores _stores;
    private readonly RedisCache _cache;

    protected RespSessionBlobStoreTests(Func<string> configuration)
    {
        _configuration = configuration();
        _stores = new SessionStores(_configuration, "Shop");
        _cache = new RedisCache(Options.Create(new RedisCacheOptions { Configuration = _configuration }));
        Store = _stores.CreateOldPlace();
    }

    protected override ISessionBlobStore Store { get; }

    protected override Task PutAsync(string key, byte[] data, TimeSpan idle) => _cache.SetAsync(key, data, new DistributedCacheEntryOptions { SlidingExpiration = idle });

    protected override async Task PassAsync(TimeSpan time)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(_configuration);
        var server = connection.GetServers()[0];
        var end = await server.TimeAsync() + time;
        while (await server.TimeAsync() <= end)
        {
            await Task.Delay(5);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _cache.Dispose();
        await _stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

public sealed class RedisSessionBlobStoreTests(RedisFixture redis) : RespSessionBlobStoreTests(() => redis.Server.Configuration), IClassFixture<RedisFixture>;

public sealed class RedisClusterSessionBlobStoreTests(RedisClusterFixture cluster) : RespSessionBlobStoreTests(() => cluster.Configuration), IClassFixture<RedisClusterFixture>;

public sealed class GarnetSessionBlobStoreTests(GarnetFixture garnet) : RespSessionBlobStoreTests(() => garnet.Configuration), IClassFixture<GarnetFixture>;
