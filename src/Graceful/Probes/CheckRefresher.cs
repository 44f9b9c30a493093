using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>Runs every registered health check in the background, each in a loop of its own, at most one run at a time.</summary>
internal sealed partial class CheckRefresher : IHostedService, IDisposable
{
    private static readonly TimeSpan SoonerWhileFailing = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(50);
    private readonly CancellationTokenSource _end = new();
    private readonly HealthChecks _checks;
    private readonly ProbeOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<CheckRefresher> _logger;
    private Task _loops = Task.CompletedTask;

    public CheckRefresher(HealthChecks checks, ProbeOptions options, TimeProvider time, ILogger<CheckRefresher> logger)
    {
        _checks = checks;
        _options = options;
        _time = time;
        _logger = logger;
        Checks = checks.Create(options, time);
    }

    public IReadOnlyList<CheckState> Checks { get; }

    /// <summary>A check has run.</summary>
    public event Action? Reported;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (Checks.Count > 0)
        {
            _loops = Task.Run(() => Task.WhenAll(Checks.Select(c => LoopAsync(c, _end.Token))), CancellationToken.None);
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _loops.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        // A host that did not start is not stopped either. Cancelled, not disposed: a test host disposes before it stops.
        _end.Cancel();
    }

    private async Task LoopAsync(CheckState check, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await RunOnceAsync(check, stopping).ConfigureAwait(false);
            Reported?.Invoke();
            var wait = check.IsHealthyNow || _options.RefreshInterval < SoonerWhileFailing ? _options.RefreshInterval : SoonerWhileFailing;
            await Task.Delay(wait, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    internal async Task RunOnceAsync(CheckState check, CancellationToken stopping)
    {
        var limit = check.Registration.Timeout > TimeSpan.Zero && check.Registration.Timeout < _options.Timeout
            ? check.Registration.Timeout
            : _options.Timeout;
        var run = check.Running ??= Start(check, stopping);
        try
        {
            var report = await run.Task.WaitAsync(limit, _time, stopping).ConfigureAwait(false);
            check.Report(report.Entries[check.Registration.Name]);
        }
        catch (TimeoutException)
        {
            await run.Cancel.CancelAsync().ConfigureAwait(false);
            Log.TimedOut(_logger, check.Registration.Name, limit);
            check.Report(new HealthReportEntry(HealthStatus.Unhealthy, "took longer than its limit", limit, null, null, check.Registration.Tags));

            // One that honours its token is over in a moment and may run again; one that does not stays "running" and keeps its fault.
            await Task.WhenAny(run.Task, Task.Delay(LongestWait, _time, stopping)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops; nobody asks any more.
        }
        catch (Exception exception)
        {
            // The health check service itself failed: a registration that cannot be resolved, two of one name.
            Log.Failed(_logger, exception, check.Registration.Name);
            check.Report(new HealthReportEntry(HealthStatus.Unhealthy, exception.Message, TimeSpan.Zero, exception, null, check.Registration.Tags));
        }

        if (run.Task.IsCompleted)
        {
            check.Running = null;
            run.Cancel.Dispose();
        }
    }

    private CheckRun Start(CheckState check, CancellationToken stopping)
    {
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        return new CheckRun(_checks.RunAsync(check.Registration, cancel.Token), cancel);
    }

    private static partial class Log
    {
        [LoggerMessage(140, LogLevel.Warning, "Health check {Check} took longer than {Limit}", EventName = "CheckTimedOut")]
        public static partial void TimedOut(ILogger logger, string check, TimeSpan limit);

        [LoggerMessage(141, LogLevel.Error, "Health check {Check} could not be run", EventName = "CheckFailed")]
        public static partial void Failed(ILogger logger, Exception exception, string check);
    }
}
