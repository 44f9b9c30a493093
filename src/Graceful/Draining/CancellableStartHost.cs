using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>
/// The host, but a start that was cancelled because the process was asked to leave is an ordinary end: it exits 0 instead of dying of an
/// unhandled <see cref="OperationCanceledException"/>. And a stop that the third signal cuts, also while hosted services are stopping.
/// </summary>
internal sealed partial class CancellableStartHost(
    IHost inner, DrainCoordinator coordinator, IHostApplicationLifetime lifetime, ILogger<CancellableStartHost> logger)
    : IHost, IAsyncDisposable
{
    public IServiceProvider Services => inner.Services;

    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        var start = inner.StartAsync(cancellationToken);
        return start.IsCompletedSuccessfully ? start : EndStartAsync(start, cancellationToken);
    }

    private async Task EndStartAsync(Task start, CancellationToken cancellationToken)
    {
        try
        {
            await start.ConfigureAwait(false);
        }
        catch (Exception exception)
            when (lifetime.ApplicationStopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested && IsCancellation(exception))
        {
            Log.StartCancelled(logger);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var aborted = coordinator.Aborted.UnsafeRegister(_ => limit.CancelAfter(DrainingApplicationLifetime.LeastShutdownTimeout), null);
        await inner.StopAsync(limit.Token).ConfigureAwait(false);
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

    private static bool IsCancellation(Exception exception) =>
        exception is OperationCanceledException || (exception is AggregateException many && many.InnerExceptions.All(IsCancellation));

    private static partial class Log
    {
        [LoggerMessage(128, LogLevel.Information, "Asked to leave during start-up; the start is cancelled", EventName = "StartCancelled")]
        public static partial void StartCancelled(ILogger logger);
    }
}
