namespace Graceful.Redis.Tests.Sessions;

/// <summary>The suite on a server that speaks Redis' protocol, which all tests share.</summary>
public abstract class RespSessionStateStoreTests : SessionStateStoreTests, IAsyncDisposable
{
    private readonly SessionStores _stores;

    protected RespSessionStateStoreTests(Func<string> configuration)
    {
        _stores = new SessionStores(configuration(), "Shop");
        (Store, Another) = (_stores.Create(), _stores.Create());
    }

    protected override ISessionStateStore Store { get; }

    protected override ISessionStateStore Another { get; }

    protected override async Task PassAsync(TimeSpan time)
    {
        await using var connection = await _stores.ConnectAsync();
        var server = connection.GetServers()[0];
        var end = await server.TimeAsync() + time;
        while (await server.TimeAsync() <= end)
        {
            await Task.Delay(5);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

public sealed class RedisSessionStateStoreTests(RedisFixture redis) : RespSessionStateStoreTests(() => redis.Server.Configuration), IClassFixture<RedisFixture>;

public sealed class RedisClusterSessionStateStoreTests(RedisClusterFixture cluster) : RespSessionStateStoreTests(() => cluster.Configuration), IClassFixture<RedisClusterFixture>;

public sealed class GarnetSessionStateStoreTests(GarnetFixture garnet) : RespSessionStateStoreTests(() => garnet.Configuration), IClassFixture<GarnetFixture>;
