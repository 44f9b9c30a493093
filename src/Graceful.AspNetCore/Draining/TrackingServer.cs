using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful;

/// <summary>
/// The web server, with its requests counted. Decorating the server's application sees every request from its creation to the end of its
/// <c>OnCompleted</c> work and allocates nothing; a middleware would miss the latter and allocate.
/// </summary>
internal sealed class TrackingServer(IServer inner, KestrelTraffic traffic) : IServer, IAsyncDisposable
{
    public IFeatureCollection Features => inner.Features;

    public async Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        await inner.StartAsync(new TrackingApplication<TContext>(application, traffic), cancellationToken).ConfigureAwait(false);
        traffic.ListenerBound();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        traffic.ListenerStopping();
        await inner.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => inner.Dispose();

    public ValueTask DisposeAsync()
    {
        if (inner is IAsyncDisposable disposable)
        {
            return disposable.DisposeAsync();
        }

        inner.Dispose();
        return ValueTask.CompletedTask;
    }
}
