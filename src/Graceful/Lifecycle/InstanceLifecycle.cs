using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>The one state cell. Everything else reads it.</summary>
internal sealed partial class InstanceLifecycle(TimeProvider time, ILogger<InstanceLifecycle> logger) : IInstanceLifecycle
{
    private readonly Lock _lock = new();
    private readonly List<Subscription> _subscriptions = [];
    // Of delegates: the framework brings that instantiation compiled.
    private readonly Queue<Action> _untold = new();
    private readonly List<Maintenance> _maintenance = [];
    private volatile InstancePhase _phase = InstancePhase.Starting;
    private volatile string? _warmUpFault;
    private long _phaseSince = time.GetTimestamp();
    private bool _telling;

    public InstancePhase Phase => _phase;

    public bool IsReady => NotReadyReason is null;

    public string? NotReadyReason
    {
        get
        {
            if (_phase != InstancePhase.Ready)
            {
                return _warmUpFault is { } fault && _phase == InstancePhase.WarmingUp ? fault : $"phase is {_phase}";
            }

            return MaintenanceReason;
        }
    }

    /// <summary>Why the application took readiness away; null when it did not.</summary>
    internal string? MaintenanceReason
    {
        get
        {
            lock (_lock)
            {
                return _maintenance.Count == 0 ? null : $"maintenance: {_maintenance[0].Reason}";
            }
        }
    }

    /// <summary>Whether this instance has ever been ready: a drain may come before.</summary>
    internal bool WasReady { get; private set; }

    /// <summary>How long the instance has been in its current phase.</summary>
    internal TimeSpan TimeInPhase => time.GetElapsedTime(Volatile.Read(ref _phaseSince));

    /// <summary>The reason that warm-up gives while it fails; null when it does not.</summary>
    internal void SetWarmUpFault(string? reason) => _warmUpFault = reason;

    /// <summary>Moves forward to <paramref name="next"/>; false, and nothing happens, when already there or past it.</summary>
    internal bool Advance(InstancePhase next)
    {
        // Callbacks run under the lock so that every one sees the phases in order. System.Threading.Lock is reentrant: a callback may
        // read, and may even advance again; who is told then stays in order, because the outer call goes on with the next phase.
        lock (_lock)
        {
            var previous = _phase;
            if (next <= previous)
            {
                return false;
            }

            Volatile.Write(ref _phaseSince, time.GetTimestamp());
            WasReady |= next == InstancePhase.Ready;
            _phase = next;
            if (logger.IsEnabled(LogLevel.Information))
            {
                Log.PhaseChanged(logger, string.Concat(previous.ToString(), " -> ", next.ToString()));
            }

            _untold.Enqueue(() => Tell(next));
            if (!_telling)
            {
                _telling = true;
                while (_untold.TryDequeue(out var tell))
                {
                    tell();
                }

                _telling = false;
            }

            return true;
        }
    }

    public IDisposable BeginMaintenance(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        var maintenance = new Maintenance(this, reason);
        lock (_lock)
        {
            _maintenance.Add(maintenance);
        }

        Log.MaintenanceBegun(logger, reason);
        return maintenance;
    }

    public IDisposable OnPhaseChanged(Action<InstancePhase> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var subscription = new Subscription(this, callback);
        lock (_lock)
        {
            _subscriptions.Add(subscription);
        }

        return subscription;
    }

    private void Tell(InstancePhase phase)
    {
        foreach (var subscription in _subscriptions.ToArray())
        {
            try
            {
                subscription.Callback(phase);
            }
            catch (Exception exception)
            {
                Log.CallbackFailed(logger, exception, phase.ToString());
            }
        }
    }

    private sealed class Maintenance(InstanceLifecycle owner, string reason) : IDisposable
    {
        public string Reason => reason;

        public void Dispose()
        {
            lock (owner._lock)
            {
                if (!owner._maintenance.Remove(this))
                {
                    return;
                }
            }

            Log.MaintenanceEnded(owner.Logger, reason);
        }
    }

    private ILogger Logger => logger;

    private sealed class Subscription(InstanceLifecycle owner, Action<InstancePhase> callback) : IDisposable
    {
        public Action<InstancePhase> Callback => callback;

        public void Dispose()
        {
            lock (owner._lock)
            {
                owner._subscriptions.Remove(this);
            }
        }
    }
}
