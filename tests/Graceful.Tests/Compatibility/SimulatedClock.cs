namespace Graceful.Tests;

/// <summary>The store's clock: the time of the simulation and what it is off by. No two readings are equal in their part of a second.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long _readings;

    public int Seconds { get; set; }

    public int Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => Start.AddTicks(((Seconds + Offset) * TimeSpan.TicksPerSecond) + (++_readings * TimeSpan.TicksPerMicrosecond));
}
