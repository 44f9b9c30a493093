namespace Graceful;

/// <summary>The budget of one drain, on the monotonic clock.</summary>
internal sealed class DrainClock(DrainOptions options, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    public DateTimeOffset Deadline => StartedAt + options.Budget;

    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    public TimeSpan Left => options.Budget - Elapsed;

    /// <summary>Where requests end and the flush reserve begins.</summary>
    public TimeSpan DrainEnds => options.Budget - options.FlushReserve;

    /// <summary>What participants may use: the hosted services' own stop keeps half of the reserve.</summary>
    public TimeSpan FlushLeft => options.Budget - (options.FlushReserve / 2) - Elapsed;
}
