namespace Graceful.Tests;

/// <summary>The store's clock: the time of the simulation and what it is off by. As with real clocks, no two readings are equal in their part of a second.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long _readings;

    public int Seconds { get; set; }

    public int Offset { get; private set; }

    /// <summary>Another clock, or a turned one.</summary>
    public void Jump(int seconds)
    {
        Offset += seconds;
        _readings += 20_011;
    }

    public override DateTimeOffset GetUtcNow() => Start.AddTicks(((Seconds + Offset) * TimeSpan.TicksPerSecond) + ((_readings += 137) * TimeSpan.TicksPerMicrosecond));
}
