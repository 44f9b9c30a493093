using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful;

/// <summary>
/// The web server, with its requests counted. Decorating the server's application sees every request from its creation to the end of its
/// <c>OnCompleted</c> work and allocates nothing; a middleware would miss the latter and allocate.
/// </summary>
internal sealed class TrackingServer(IServer inner, KestrelTraffic traffic, IDrainCoordinator drain, TimeProvider time) : IServer, IAsyncDisposable
{
    private static readonly TimeSpan LeastShare = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestShare = TimeSpan.FromSeconds(1);

    public IFeatureCollection Features => inner.Features;

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        // A continuation instead of async, for a faster start: see TrackingListenerFactory.
        var started = inner.StartAsync(new TrackingApplication<TContext>(application, traffic), cancellationToken);
        return started.ContinueWith(
            static (server, traffic) =>
            {
                server.GetAwaiter().GetResult();
                ((KestrelTraffic)traffic!).ListenerBound();
            },
            traffic,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        traffic.ListenerStopping();

        // Everything has been drained or cut by now. A handler that ignores even its abort would hold Kestrel to the end of the host's
        // timeout, and the hosted services that stop after it would get a token that is cancelled already.
        using var limit = new CancellationTokenSource(KestrelShare(), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await inner.StopAsync(either.Token).ConfigureAwait(false);
    }

    public void Dispose()
    {
        // A host may be disposed without having been stopped.
        traffic.ListenerStopping();
        inner.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        traffic.ListenerStopping();
        if (inner is IAsyncDisposable disposable)
        {
            return disposable.DisposeAsync();
        }

        inner.Dispose();
        return ValueTask.CompletedTask;
    }

    private TimeSpan KestrelShare()
    {
        if (drain.Deadline is not { } deadline)
        {
            return Timeout.InfiniteTimeSpan;
        }

        // A request that came in at the very end gets a moment; when something ignored the drain there is nothing to wait for.
        var share = (deadline - time.GetUtcNow()) / 4;
        return traffic.HasCut || share < LeastShare ? LeastShare : share < LongestShare ? share : LongestShare;
    }
}
