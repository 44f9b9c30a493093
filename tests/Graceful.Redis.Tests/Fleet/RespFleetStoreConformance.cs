using StackExchange.Redis;

namespace Graceful.Redis.Tests.Fleet;

/// <summary>The suite on a server that speaks Redis' protocol. Every test has a fleet of its own, on a server that all share.</summary>
public abstract class RespFleetStoreConformance(Func<string> configuration) : FleetStoreConformance, IAsyncDisposable
{
    private Stores? _stores;

    protected override async ValueTask<IFleetStore> CreateAsync()
    {
        _stores = new Stores(configuration(), $"fleet-{Guid.NewGuid():N}");
        await Task.CompletedTask;
        return _stores.Create();
    }

    protected override IFleetStore Another(IFleetStore store) => _stores!.Create();

    protected override async Task PassAsync(IFleetStore store, TimeSpan time)
    {
        await using var connection = await _stores!.ConnectAsync();
        var server = connection.GetServers()[0];
        var end = await server.TimeAsync() + time;
        await EventuallyAsync(async () => await server.TimeAsync() > end, $"{time} of the server's time");
    }

    protected override async Task TurnBackAsync(IFleetStore store, TimeSpan time)
    {
        // The server's clock cannot be turned here. What was written by a clock that was ahead looks the same.
        await using var connection = await _stores!.ConnectAsync();
        foreach (var field in new RedisValue[] { "tick", "decide" })
        {
            await connection.GetDatabase().HashIncrementAsync(_stores.Keys.State, field, Microseconds.Of(time));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stores is not null)
        {
            await _stores.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }
}

public sealed class RedisFleetStoreTests(RedisFixture redis) : RespFleetStoreConformance(() => redis.Server.Configuration), IClassFixture<RedisFixture>;

public sealed class RedisClusterFleetStoreTests(RedisClusterFixture cluster) : RespFleetStoreConformance(() => cluster.Configuration), IClassFixture<RedisClusterFixture>;

public sealed class GarnetFleetStoreTests(GarnetFixture garnet) : RespFleetStoreConformance(() => garnet.Configuration), IClassFixture<GarnetFixture>;
