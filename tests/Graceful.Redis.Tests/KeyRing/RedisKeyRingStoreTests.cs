using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Graceful.Redis.Tests.KeyRing;

/// <summary>The suite on a server that speaks Redis' protocol. Every store has a connection of its own.</summary>
public abstract class RespKeyRingStoreConformance(Func<string> configuration) : KeyRingStoreConformance, IAsyncDisposable
{
    private readonly List<RedisConnection> _connections = [];
    private readonly string _fleet = $"ring-{Guid.NewGuid():N}";

    protected override IKeyRingStore Create()
    {
        var connection = new RedisConnection(Options.Create(new RedisOptions { Configuration = configuration() }), new LogLines().Create<RedisConnection>());
        lock (_connections)
        {
            _connections.Add(connection);
        }

        return new RedisKeyRingStore(connection, _fleet);
    }

    protected override async Task PassAsync(TimeSpan time)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(configuration());
        var server = connection.GetServers()[0];
        var end = await server.TimeAsync() + time;
        while (await server.TimeAsync() <= end)
        {
            await Task.Delay(5);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }
}

public sealed class RedisKeyRingStoreTests(RedisFixture redis) : RespKeyRingStoreConformance(() => redis.Server.Configuration), IClassFixture<RedisFixture>;

public sealed class RedisClusterKeyRingStoreTests(RedisClusterFixture cluster) : RespKeyRingStoreConformance(() => cluster.Configuration), IClassFixture<RedisClusterFixture>;

public sealed class GarnetKeyRingStoreTests(GarnetFixture garnet) : RespKeyRingStoreConformance(() => garnet.Configuration), IClassFixture<GarnetFixture>;
