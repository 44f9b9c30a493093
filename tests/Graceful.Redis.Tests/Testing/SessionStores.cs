using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Graceful.Redis.Tests.Testing;

/// <summary>Stores of sessions as processes have them, each with a connection of its own.</summary>
internal sealed class SessionStores(string configuration, string application, string? prefix = null) : IAsyncDisposable
{
    private readonly List<RedisConnection> _made = [];

    public LogLines Log { get; } = new();

    public SessionStateKeys Keys { get; } = new(prefix ?? "", application);

    public RedisSessionStateStore Create(TimeProvider? time = null) => new(NewConnection(), application, time ?? TimeProvider.System);

    /// <summary>Where sessions lie that are moved.</summary>
    public RedisSessionBlobStore CreateOldPlace() => new(NewConnection());

    public Task<ConnectionMultiplexer> ConnectAsync() => ConnectionMultiplexer.ConnectAsync(configuration);

    private RedisConnection NewConnection()
    {
        var connection = new RedisConnection(Options.Create(new RedisOptions { Configuration = configuration, InstanceName = prefix }), Log.Create<RedisConnection>());
        _made.Add(connection);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _made)
        {
            await connection.DisposeAsync();
        }
    }
}
