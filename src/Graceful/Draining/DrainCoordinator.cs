using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>
/// Starts the <see cref="DrainSequence"/> once, lets everybody join it, and goes on to the flush when the process is to end.
/// </summary>
internal sealed partial class DrainCoordinator(
    DrainOptions options,
    InstanceLifecycle lifecycle,
    TrafficSources sources,
    FlushSequence flush,
    GracefulMetrics metrics,
    TimeProvider time,
    ILogger<DrainCoordinator> logger) : IDrainCoordinator, IDisposable
{
    /// <summary>A supervisor may signal the process and its group: what comes within this time is one signal.</summary>
    private static readonly TimeSpan OneSignal = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly WorkTracker _work = new();
    private readonly CancellationTokenSource _drainStarted = new();
    private DrainSequence? _sequence;
    private DrainClock? _clock;
    private Task<DrainReport>? _drain;
    private Task? _leave;
    private Action? _stopHost;
    private string? _signal;
    private int _signals;
    private long _lastSignal;

    public InstancePhase Phase => lifecycle.Phase;

    public CancellationToken DrainStarted => _drainStarted.Token;

    public DateTimeOffset? Deadline => _clock?.Deadline;

    /// <summary>The third signal: whoever still takes time is cut.</summary>
    public CancellationToken Aborted
    {
        get
        {
            lock (_lock)
            {
                return Sequence().Abort.Token;
            }
        }
    }

    /// <summary>The last word, once there is one.</summary>
    public DrainReport? Report { get; private set; }

    /// <summary>What is left of the budget; the whole budget before a drain, nothing after the third signal.</summary>
    public TimeSpan BudgetLeft => _sequence is { Abort.IsCancellationRequested: true } ? TimeSpan.Zero : _clock?.Left ?? options.Budget;

    public IDisposable TrackWork(string name) => _work.Begin(name);

    public Task<DrainReport> DrainAsync(string reason, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        var drain = Begin(reason);
        _ = StopByItselfAsync(drain);
        return drain.WaitAsync(cancellationToken);
    }

    /// <summary>Drains, flushes, then calls <paramref name="stopHost"/>, once. Returns at once; a second call joins the first.</summary>
    public void Leave(string reason, Action stopHost)
    {
        lock (_lock)
        {
            _stopHost ??= stopHost;
        }

        _ = LeaveAsync(_signal ?? reason);
    }

    /// <summary>Drains and flushes; ends when the host may stop its services. Everybody joins the same task.</summary>
    public Task LeaveAsync(string reason)
    {
        var drain = Begin(reason);
        lock (_lock)
        {
            if (_leave is null)
            {
                _leave = Task.Run(() => FlushAsync(drain));
                _ = StopHostAsync(_leave);
            }

            return _leave;
        }
    }

    /// <summary>
    /// A signal has come. The first one only names the reason: the host's lifetime turns it into <c>StopApplication()</c>. The second
    /// skips the lame duck, the third cuts everything.
    /// </summary>
    public void SignalReceived(string name, bool skipLameDuck)
    {
        DrainSequence sequence;
        int count;
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (_signals > 0 && time.GetElapsedTime(_lastSignal, now) < OneSignal)
            {
                return;
            }

            _lastSignal = now;
            _signal ??= name;
            count = ++_signals;
            sequence = Sequence();
        }

        try
        {
            if (count == 2 || skipLameDuck)
            {
                Log.Hurried(logger, name);
                sequence.Hurry.Cancel();
            }

            if (count == 3)
            {
                Log.Aborted(logger, name);
                sequence.Abort.Cancel();
            }
        }
        catch (ObjectDisposedException)
        {
            // The host is disposed: the process is about to be gone, nothing is left to hurry.
        }
    }

    public void Dispose()
    {
        _drainStarted.Dispose();
        _sequence?.Dispose();
    }

    private DrainSequence Sequence() => _sequence ??= new DrainSequence(options, lifecycle, sources, _work, time);

    private Task<DrainReport> Begin(string reason)
    {
        lock (_lock)
        {
            if (_drain is null)
            {
                var sequence = Sequence();
                _clock = new DrainClock(options, time);
                _drain = Task.Run(() => RunAsync(sequence, reason, _clock));
            }

            return _drain;
        }
    }

    private async Task<DrainReport> RunAsync(DrainSequence sequence, string reason, DrainClock clock)
    {
        using var activity = GracefulMetrics.Activities.StartActivity("graceful.drain");
        activity?.SetTag("graceful.reason", reason);
        Log.Begun(logger, reason, options.Budget);

        // CancelAsync: the application's callbacks neither delay the drain nor break it.
        var report = await sequence.RunAsync(reason, clock, () => _ = AnnounceAsync()).ConfigureAwait(false);
        metrics.DrainPhaseEnded("lame_duck", report.LameDuck);
        metrics.DrainPhaseEnded("draining", report.Draining);
        metrics.LateArrivals(report.LateArrivals);
        metrics.Aborted("request", report.RequestsAborted);
        metrics.Aborted("stream", report.StreamsAborted);
        metrics.Aborted("connection", report.ConnectionsAborted);
        activity?.SetTag("graceful.clean", report.IsClean);
        foreach (var held in report.Held.Where(h => h.Outcome == DrainOutcome.Aborted))
        {
            Log.Cut(logger, held.Kind, held.Name, held.Duration);
        }

        return report;
    }

    private async Task AnnounceAsync()
    {
        try
        {
            await _drainStarted.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException exception)
        {
            Log.CallbackFailed(logger, exception);
        }
    }

    /// <summary>
    /// Not part of what others wait for in <see cref="LeaveAsync"/>: the stop runs the application's callbacks, and one of them may stop the host itself.
    /// </summary>
    private async Task StopHostAsync(Task flush)
    {
        try
        {
            await flush.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.FlushFailed(logger, exception);
        }
        finally
        {
            // Whatever has failed: the process was asked to end.
            Action? stopHost;
            lock (_lock)
            {
                stopHost = _stopHost;
            }

            stopHost?.Invoke();
        }
    }

    private async Task FlushAsync(Task<DrainReport> drain)
    {
        var clock = _clock!;
        var sequence = _sequence!;
        DrainReport report;
        try
        {
            report = await sequence.EndStragglersAsync(await drain.ConfigureAwait(false), clock).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // A fault of this library. The process must end all the same, and what participants hold must be written out.
            Log.DrainFailed(logger, exception);
            report = new DrainReport
            {
                Reason = "unknown",
                StartedAt = clock.StartedAt,
                Held = [new DrainHolder(DrainHolderKind.Participant, "drain", clock.Elapsed, DrainOutcome.Failed)],
            };
        }

        lifecycle.Advance(InstancePhase.Flushing);
        var before = clock.Elapsed;
        var faults = await flush.RunAsync(clock, sequence.Abort.Token).ConfigureAwait(false);
        var flushing = clock.Elapsed - before;
        lifecycle.Advance(InstancePhase.Stopped);
        lock (_lock)
        {
            Report = report with
            {
                Flushing = flushing,
                Total = clock.Elapsed,
                UnusedBudget = clock.Left,
                Held = [.. faults, .. report.Held],
            };
        }

        metrics.DrainPhaseEnded("flushing", flushing);
    }

    /// <summary>A drain that nobody follows up with a stop ends the process itself, with time left to flush.</summary>
    private async Task StopByItselfAsync(Task<DrainReport> drain)
    {
        await ((Task)drain).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var clock = _clock!;
        var wait = clock.DrainEnds - clock.Elapsed;
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time).ConfigureAwait(false);
        }

        lock (_lock)
        {
            if (_leave is not null)
            {
                return;
            }
        }

        SelfStop?.Invoke();
        Log.NobodyCame(logger);
    }

    /// <summary>How an instance that was drained by API ends itself; set by whoever knows the host.</summary>
    public Action? SelfStop { get; set; }
}
