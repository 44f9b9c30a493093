using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Graceful.Redis.Tests.Testing;

/// <summary>Stores as processes have them, each with a connection of its own.</summary>
internal sealed class Stores(string configuration, string fleet, LogLines? log = null) : IAsyncDisposable
{
    private readonly List<(RedisFleetStore Store, RedisConnection Connection)> _made = [];

    public LogLines Log { get; } = log ?? new LogLines();

    public string Fleet => fleet;

    public string Configuration => configuration;

    public FleetKeys Keys { get; } = new("", fleet);

    public RedisScriptRunner Runner()
    {
        var store = Create();
        return new RedisScriptRunner(_made.Single(m => m.Store == store).Connection);
    }

    public RedisFleetStore Create()
    {
        var connection = new RedisConnection(Options.Create(new RedisOptions { Configuration = configuration }), Log.Create<RedisConnection>());
        var store = new RedisFleetStore(connection, fleet, TimeProvider.System, Log.Create<RedisFleetStore>());
        _made.Add((store, connection));
        return store;
    }

    public RedisKeyRingStore CreateKeyRing()
    {
        var store = Create();
        return new RedisKeyRingStore(_made.Single(m => m.Store == store).Connection, fleet);
    }

    public Task<ConnectionMultiplexer> ConnectAsync() => ConnectionMultiplexer.ConnectAsync(configuration);

    public async ValueTask DisposeAsync()
    {
        foreach (var (store, connection) in _made)
        {
            store.Dispose();
            await connection.DisposeAsync();
        }
    }
}
