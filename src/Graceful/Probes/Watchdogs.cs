using System.Collections.Concurrent;

namespace Graceful;

/// <summary>The loops that must still turn, the thread pool among them.</summary>
internal sealed class Watchdogs : IWatchdogs, IDisposable
{
    private readonly ConcurrentDictionary<Watchdog, Watchdog> _all = new();
    private readonly TimeProvider _time;
    private readonly ITimer _threadPool;

    public Watchdogs(LivenessOptions options, TimeProvider time)
    {
        _time = time;

        // A timer's callback runs on the thread pool: when the pool has no thread to spare, the beats stop.
        var pool = Register("thread pool", options.CheckInterval + options.ThreadPoolLag);
        _threadPool = time.CreateTimer(static w => ((IWatchdog)w!).Beat(), pool, options.CheckInterval, options.CheckInterval);
    }

    public IWatchdog Register(string name, TimeSpan timeLimit)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (timeLimit <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(timeLimit), timeLimit, "Must be positive.");
        }

        var watchdog = new Watchdog(this, name, timeLimit);
        _all[watchdog] = watchdog;
        return watchdog;
    }

    public string? Fault
    {
        get
        {
            // Enumerated without LINQ: a probe that passes allocates nothing but the enumerator.
            foreach (var (watchdog, _) in _all)
            {
                if (watchdog.SinceBeat > watchdog.TimeLimit)
                {
                    return $"'{watchdog.Name}' has not been seen for {watchdog.SinceBeat.TotalSeconds:0} s";
                }
            }

            return null;
        }
    }

    public IEnumerable<ProbeCheck> GetDetails() => _all.Keys.Select(w => new ProbeCheck(
        w.Name, w.SinceBeat > w.TimeLimit ? "Unhealthy" : "Healthy", DependencyClass.Local, w.SinceBeat, TimeSpan.Zero, null, null));

    public void Dispose() => _threadPool.Dispose();

    private sealed class Watchdog(Watchdogs owner, string name, TimeSpan timeLimit) : IWatchdog
    {
        private long _beat = owner._time.GetTimestamp();

        public string Name => name;

        public TimeSpan TimeLimit => timeLimit;

        public TimeSpan SinceBeat => owner._time.GetElapsedTime(Volatile.Read(ref _beat));

        public void Beat() => Volatile.Write(ref _beat, owner._time.GetTimestamp());

        public void Dispose() => owner._all.TryRemove(this, out _);
    }
}
