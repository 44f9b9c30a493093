using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>The one state cell. Everything else reads it.</summary>
internal sealed partial class InstanceLifecycle(TimeProvider time, ILogger<InstanceLifecycle> logger) : IInstanceLifecycle
{
    private readonly Lock _lock = new();
    private readonly List<Action<InstancePhase>> _callbacks = [];
    private readonly List<Maintenance> _maintenance = [];
    private volatile InstancePhase _phase = InstancePhase.Starting;
    private volatile string? _warmUpFault;
    private long _phaseSince = time.GetTimestamp();

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

    /// <summary>How long the instance has been in its current phase.</summary>
    internal TimeSpan TimeInPhase => time.GetElapsedTime(Volatile.Read(ref _phaseSince));

    /// <summary>The reason that warm-up gives while it fails; null when it does not.</summary>
    internal void SetWarmUpFault(string? reason) => _warmUpFault = reason;

    /// <summary>Moves forward to <paramref name="next"/>; false, and nothing happens, when already there or past it.</summary>
    internal bool Advance(InstancePhase next)
    {
        // Callbacks run under the lock so that every one sees the phases in order. System.Threading.Lock is reentrant: a callback may
        // read, and may even advance again.
        lock (_lock)
        {
            var previous = _phase;
            if (next <= previous)
            {
                return false;
            }

            Volatile.Write(ref _phaseSince, time.GetTimestamp());
            _phase = next;
            Log.PhaseChanged(logger, previous, next);
            foreach (var callback in _callbacks.ToArray())
            {
                try
                {
                    callback(next);
                }
                catch (Exception exception)
                {
                    Log.CallbackFailed(logger, exception, next);
                }
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
        lock (_lock)
        {
            _callbacks.Add(callback);
        }

        return new Subscription(this, callback);
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
        public void Dispose()
        {
            lock (owner._lock)
            {
                owner._callbacks.Remove(callback);
            }
        }
    }
}
