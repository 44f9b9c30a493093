namespace Graceful;

/// <summary>
/// The self-fence: how long this instance may trust what it knows. Counted on the monotonic clock from the SENDING of the last renewal that was answered, never from the answer: the store
/// may have counted from any moment in between.
/// </summary>
/// <remarks>
/// The monotonic clock of a suspended virtual machine stands still. A wall clock that moved by more than <see cref="LargestDivergence"/> against it means that time has passed which this process did
/// not live through: what was known is not trusted until the store answers again.
/// </remarks>
internal sealed class FenceClock
{
    public static readonly TimeSpan LargestDivergence = TimeSpan.FromSeconds(2);
    private readonly TimeProvider _time;
    private readonly bool _isSystem;
    private readonly long _fenceTicks;
    private readonly Lock _lock = new();
    private long _deadline = long.MinValue;
    private long _distrustBefore = long.MinValue;
    private long _baseTimestamp;
    private DateTimeOffset _baseWall;

    public FenceClock(FleetOptions options, TimeProvider time)
    {
        _time = time;
        _isSystem = ReferenceEquals(time, TimeProvider.System);
        _fenceTicks = _isSystem ? (long)options.FenceAfter.TotalMilliseconds : (long)(options.FenceAfter.TotalSeconds * time.TimestampFrequency);
        _baseTimestamp = time.GetTimestamp();
        _baseWall = time.GetUtcNow();
    }

    /// <summary>Cheap enough for every operation: a few nanoseconds, where a full timestamp takes more than all the rest.</summary>
    public long Now => _isSystem ? Environment.TickCount64 : _time.GetTimestamp();

    /// <summary>The last moment, in the unit of <see cref="Now"/>, at which this instance trusts what it knows.</summary>
    public long Deadline => Volatile.Read(ref _deadline);

    public bool IsExpired => Now > Deadline;

    /// <summary>The store has answered a renewal that was sent at <paramref name="sent"/> (<see cref="Now"/>).</summary>
    public void Renewed(long sent)
    {
        lock (_lock)
        {
            if (sent >= _distrustBefore && sent + _fenceTicks > _deadline)
            {
                Volatile.Write(ref _deadline, sent + _fenceTicks);
            }
        }
    }

    /// <summary>Compares the clocks since the last look; true, and nothing is trusted any more, when they went apart.</summary>
    public bool HasDiverged(out TimeSpan by)
    {
        lock (_lock)
        {
            var timestamp = _time.GetTimestamp();
            var wall = _time.GetUtcNow();
            by = wall - _baseWall - _time.GetElapsedTime(_baseTimestamp, timestamp);

            // From look to look: a clock that is slewed for hours is no jump.
            _baseTimestamp = timestamp;
            _baseWall = wall;
            if (by.Duration() <= LargestDivergence)
            {
                return false;
            }

            _distrustBefore = Now;
            Volatile.Write(ref _deadline, long.MinValue);
            return true;
        }
    }
}
