using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.Benchmarks;

/// <summary>A server that serves nobody: it keeps hosting's application for the benchmark to call.</summary>
internal sealed class CapturingServer : IServer
{
    private Func<TrackedConnection?, RequestDriver>? _drive;

    public IFeatureCollection Features { get; } = new FeatureCollection();

    public RequestDriver CreateDriver(TrackedConnection? connection) => _drive!(connection);

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        _drive = connection => new RequestDriver<TContext>(application, connection);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        // Nothing was taken.
    }
}
