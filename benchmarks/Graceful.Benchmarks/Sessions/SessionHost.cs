using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using IServer = Microsoft.AspNetCore.Hosting.Server.IServer;

namespace Graceful.Benchmarks;

/// <summary>An instance of the application whose sessions are measured. The endpoints are the same on every side; only the registration differs, and the connection to Redis is its own.</summary>
internal sealed class SessionHost : IAsyncDisposable
{
    /// <summary>One ring for all: the cookie costs every side the same.</summary>
    private static readonly IDataProtectionProvider Keys = new EphemeralDataProtectionProvider();

    private readonly WebApplication _app;
    private readonly CallableServer _server;
    private readonly ConnectionMultiplexer? _connection;

    private SessionHost(SessionSide side, WebApplication app, CallableServer server, ConnectionMultiplexer? connection) => (Side, _app, _server, _connection) = (side, app, server, connection);

    public SessionSide Side { get; }

    /// <summary>In front of every key of a side.</summary>
    public static string Prefix(SessionSide side) => side == SessionSide.Graceful ? "graceful-" : "built-in-";

    /// <param name="side">What keeps the sessions.</param>
    /// <param name="connection">How Redis is reached; null for a side that does not need it.</param>
    /// <param name="configure">Settings of Graceful's sessions.</param>
    public static async Task<SessionHost> StartAsync(SessionSide side, ConfigurationOptions? connection, Action<SessionStateOptions>? configure = null)
    {
        var multiplexer = connection is null ? null : await ConnectionMultiplexer.ConnectAsync(connection);
        var server = new CallableServer();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IServer>(server);
        builder.Services.AddSingleton(Keys);
        switch (side)
        {
            case SessionSide.Untouched:
                builder.Services.AddDistributedMemoryCache();
                builder.Services.AddSession();
                break;
            case SessionSide.BuiltIn:
                builder.Services.AddStackExchangeRedisCache(o => (o.ConnectionMultiplexerFactory, o.InstanceName) = (() => Task.FromResult<IConnectionMultiplexer>(multiplexer!), Prefix(side)));
                builder.Services.AddSession();
                break;
            case SessionSide.Graceful:
                builder.AddGraceful(o => o.Probes.Port = 0)
                    .AddRedis(o => (o.ConnectionMultiplexerFactory, o.InstanceName) = (() => Task.FromResult<IConnectionMultiplexer>(multiplexer!), Prefix(side)))
                    .AddSession(configure);
                break;
        }

        var app = builder.Build();
        app.UseSession();
        SessionEndpoints.Map(app, side);
        await app.StartAsync();
        return new SessionHost(side, app, server, multiplexer);
    }

    public async Task<SessionRequest> SendAsync(string path, string? cookie, SessionWork work)
    {
        var request = new SessionRequest(path, cookie, work);
        await _server.ServeAsync(request);
        return request;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
    }
}
