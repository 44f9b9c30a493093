using StackExchange.Redis;

namespace Graceful.RollingUpdate;

/// <summary>A real server, that runs already.</summary>
internal sealed class RedisStore(ConnectionMultiplexer connection, RedisAddress address, string fleet) : IRunStore
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public string Name => $"{(Server.Version is { } version ? $"Redis {version}" : "Redis")}, at {address}";

    public string Address => address.ToString();

    public string Fleet => fleet;

    private IServer Server => connection.GetServers()[0];

    public static async Task<RedisStore> ConnectAsync(RedisAddress address, string fleet, CancellationToken cancellationToken)
    {
        try
        {
            var options = new ConfigurationOptions { EndPoints = { { address.Host, address.Port } }, ConnectTimeout = (int)Patience.TotalMilliseconds, ConnectRetry = 1 };
            var connection = await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(2 * Patience, cancellationToken);
            await connection.GetDatabase().PingAsync();
            return new RedisStore(connection, address, fleet);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            throw new RollFailedException($"--redis: no Redis answers at {address} ({e.GetType().Name}). Start one, or leave --redis out: then the sample brings a store of its own.");
        }
    }

    /// <summary>Takes away what the run left: its fleet will not come back.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await foreach (var key in Server.KeysAsync(pattern: $"*{fleet}*"))
            {
                await connection.GetDatabase().KeyDeleteAsync(key);
            }
        }
        catch (RedisException)
        {
            // The server went first, or allows less; a few kilobytes stay.
        }

        await connection.DisposeAsync();
    }
}
