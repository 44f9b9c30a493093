using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Graceful.Benchmarks;

/// <summary>A connection that several simulated members share, with the product's store on it.</summary>
internal sealed class SimulatedConnection : IAsyncDisposable
{
    private readonly ConnectionMultiplexer _multiplexer;
    private readonly RedisConnection _connection;
    private readonly RedisFleetStore _store;
    private readonly IDatabase _database;

    private SimulatedConnection(ConnectionMultiplexer multiplexer, string fleet)
    {
        _multiplexer = multiplexer;
        _database = multiplexer.GetDatabase();
        var options = new RedisOptions { ConnectionMultiplexerFactory = () => Task.FromResult<IConnectionMultiplexer>(multiplexer) };
        _connection = new RedisConnection(Options.Create(options), NullLogger<RedisConnection>.Instance);
        _store = new RedisFleetStore(_connection, fleet, TimeProvider.System, NullLogger<RedisFleetStore>.Instance);
    }

    public IFleetStore Store => _store;

    public static async Task<SimulatedConnection> OpenAsync(RedisTarget redis, string fleet) =>
        new(await ConnectionMultiplexer.ConnectAsync(redis.Configuration()), fleet);

    /// <summary>The yardstick, by the same client on the same connection.</summary>
    public async Task PingAsync(Sample sample)
    {
        var sent = Stopwatch.GetTimestamp();
        await _database.ExecuteAsync("PING");
        sample.AddSince(sent);
    }

    public async ValueTask DisposeAsync()
    {
        _store.Dispose();
        await _connection.DisposeAsync();
        await _multiplexer.DisposeAsync();
    }
}
