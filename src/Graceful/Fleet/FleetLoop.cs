using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>
/// Membership over the life of the process: begins with the start of the host, which it does not hold up, beats until everything else has stopped, and ends the lease then: after the last request and
/// after the hosted services, because all of them may still write.
/// </summary>
internal sealed partial class FleetLoop : IHostedLifecycleService, IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestGap = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestLeave = TimeSpan.FromSeconds(1);
    private readonly FleetRenewal _renewal;
    private readonly TimedFleetStore _store;
    private readonly MemberState _member;
    private readonly SelfDescription _self;
    private readonly SharedFaults _shared;
    private readonly FleetOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<FleetLoop> _logger;
    private readonly InstanceLifecycle _lifecycle;
    private readonly FleetMetrics _metrics;
    private readonly LevelGate _gate;
    private readonly bool _isAlone;
    private readonly CancellationTokenSource _end = new();
    private readonly List<IDisposable> _subscriptions = [];
    private volatile TaskCompletionSource _wake = NewWake();
    private Task? _loop;
    private int _left;

    public FleetLoop(
        FleetRenewal renewal,
        TimedFleetStore store,
        IFleetStore inner,
        MemberState member,
        LevelGate gate,
        SelfDescription self,
        SharedFaults shared,
        FleetOptions options,
        InstanceLifecycle lifecycle,
        FleetMetrics metrics,
        TimeProvider time,
        ILogger<FleetLoop> logger)
    {
        (_renewal, _store, _member, _self, _shared, _options) = (renewal, store, member, self, shared, options);
        (_lifecycle, _metrics, _gate, _time, _logger) = (lifecycle, metrics, gate, time, logger);
        _isAlone = inner is InMemoryFleetStore;
        gate.Drained = Wake;
        member.Fenced += metrics.Fenced;
        shared.Reported += WakeIfWithdrawalChanged;
    }

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (_isAlone)
        {
            Log.Alone(_logger);
        }

        _metrics.Observe(
            () => _member.Last?.Live ?? 0,
            () => _gate.State?.Epoch ?? 0,
            () => (int)_member.Standing,
            () => _gate.State?.Contracts.Select(c => (c.Key, c.Value.Active, c.Value.Low, c.Value.High)) ?? []);
        _subscriptions.Add(_lifecycle.OnPhaseChanged(_ => Wake()));
        var tick = _options.RenewInterval / 2 < LongestTick ? _options.RenewInterval / 2 : LongestTick;
        _subscriptions.Add(_time.CreateTimer(_ => Tick(), null, tick, tick));

        // A store in this process answers at once: such an instance serves as soon as it has started, and a test of an application need not wait for that.
        _loop = _isAlone ? LoopAsync() : Task.Run(LoopAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Leaves, whatever has become of the host's patience: an unended lease would hold the others up for as long as it lasts.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken) => LeaveAsync();

    /// <summary>A host whose start failed is disposed without being stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        await LeaveAsync().ConfigureAwait(false);
        Dispose();
    }

    public void Dispose()
    {
        _end.Cancel();
        _shared.Reported -= WakeIfWithdrawalChanged;
        foreach (var subscription in _subscriptions)
        {
            subscription.Dispose();
        }

        _subscriptions.Clear();
    }

    private async Task LoopAsync()
    {
        Subscribe();
        while (!_end.IsCancellationRequested)
        {
            // Before the beat: whatever changes while it is under way is a reason for another.
            var wasWoken = _wake.Task.IsCompleted;
            _wake = NewWake();
            var started = _time.GetTimestamp();
            if (await _renewal.RunAsync(mayBeQuiet: !wasWoken).ConfigureAwait(false))
            {
                Wake();
            }

            // ±20 %, or a fleet that was started at once would beat at once for ever.
            await PauseAsync(_options.RenewInterval * (0.8 + (0.4 * Random.Shared.NextDouble()))).ConfigureAwait(false);
            await Task.Delay(Gap(started), _time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private TimeSpan Gap(long started)
    {
        var gap = ShortestGap - _time.GetElapsedTime(started);
        return gap > TimeSpan.Zero ? gap : TimeSpan.Zero;
    }

    private async Task PauseAsync(TimeSpan duration)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        var pause = Task.Delay(duration, _time, cancel.Token);
        await Task.WhenAny(_wake.Task, pause).ConfigureAwait(false);
        await cancel.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Only an acceleration: without it the beats tell.</summary>
    private void Subscribe()
    {
        try
        {
            _subscriptions.Add(_store.OnChanged(Wake));
        }
        catch (Exception exception)
        {
            Log.NotSubscribed(_logger, exception);
        }
    }

    private void Wake() => _wake.TrySetResult();

    private void WakeIfWithdrawalChanged()
    {
        if (_shared.First is not null != _renewal.AskedToWithdraw)
        {
            Wake();
        }
    }

    private void Tick()
    {
        if (_member.Tick())
        {
            Wake();
        }
    }

    private async Task LeaveAsync()
    {
        if (_loop is null || Interlocked.Exchange(ref _left, 1) == 1)
        {
            return;
        }

        await _end.CancelAsync().ConfigureAwait(false);
        _member.Left();
        try
        {
            // A beat that is under way must not take the lease again after it has ended. One that hangs is not waited for to the last.
            await _loop.WaitAsync(LongestLeave / 2, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _store.LeaveAsync(_self.Id, LongestLeave / 2).ConfigureAwait(false);
            Log.Left(_logger, _options.Name);
        }
        catch (Exception exception)
        {
            Log.NotLeft(_logger, exception, _options.LeaseDuration);
        }
    }

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static partial class Log
    {
        [LoggerMessage(161, LogLevel.Information, "Left the fleet {Fleet}", EventName = "FleetLeft")]
        public static partial void Left(ILogger logger, string? fleet);

        [LoggerMessage(162, LogLevel.Warning, "The lease could not be ended; it runs out within {Lease}", EventName = "FleetNotLeft")]
        public static partial void NotLeft(ILogger logger, Exception exception, TimeSpan lease);

        [LoggerMessage(163, LogLevel.Warning, "No store is registered for the fleet: this process sees only itself. Add one that processes share, such as AddRedis()", EventName = "FleetOfOne")]
        public static partial void Alone(ILogger logger);

        [LoggerMessage(165, LogLevel.Warning, "Changes are not announced by the fleet's store; they are seen at the next renewal", EventName = "FleetNotSubscribed")]
        public static partial void NotSubscribed(ILogger logger, Exception exception);
    }
}
