using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>
/// The drain's place among the hosted services: watches signals, runs warm-up once the host has started, covers a direct
/// <c>host.StopAsync()</c>, and says the last word when everything has stopped.
/// </summary>
internal sealed partial class DrainService(
    DrainCoordinator coordinator,
    TrafficSources sources,
    GracefulMetrics metrics,
    WarmUpRunner warmUp,
    SignalWatcher signals,
    TimeProvider time,
    ILogger<DrainCoordinator> logger) : IHostedLifecycleService
{
    private Task _warmUp = Task.CompletedTask;
    private long _stopping;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        // Not earlier: the handler registered last runs first, and must see a signal before the host's lifetime swallows it.
        signals.Start();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // Beside the host, which serves by now: nothing here is in the way of the first request.
        _warmUp = Task.Run(
            () =>
            {
                Observe();
                return warmUp.RunAsync(coordinator.DrainStarted);
            },
            CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Joins what has begun, or is over.
        var leave = coordinator.LeaveAsync("host.StopAsync");
        await leave.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping = time.GetTimestamp();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _warmUp.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (coordinator.Report is { } report)
        {
            var stop = time.GetElapsedTime(_stopping);
            Log.Report(logger, DrainReportText.Format(report with { Total = report.Total + stop, UnusedBudget = report.UnusedBudget - stop }));
        }
    }

    private void Observe()
    {
        metrics.ObservePhase(() => (long)coordinator.Phase);
        metrics.ObserveTraffic(() =>
        {
            var now = sources.GetSnapshot();
            return (now.Requests, now.Streams, now.Connections);
        });
    }

    private static partial class Log
    {
        [LoggerMessage(127, LogLevel.Information, "{Report}", EventName = "DrainReport")]
        public static partial void Report(ILogger logger, string report);
    }
}
