namespace Graceful.Redis.Tests.Testing;

/// <summary>One redis-server for tests that do it no harm.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    private RedisServer? _server;

    public RedisServer Server
    {
        get
        {
            RedisServer.Require();
            return _server!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        try
        {
            _server = await RedisServer.StartAsync();
        }
        catch (Exception e) when (e.GetType().Name == "SkipException" || e is Xunit.Sdk.XunitException)
        {
            // Told by the tests, one by one.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
