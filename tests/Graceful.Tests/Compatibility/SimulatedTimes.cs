namespace Graceful.Tests;

/// <summary>The times of a simulated fleet, in seconds: short ones that keep the rules of the product's.</summary>
internal static class SimulatedTimes
{
    public const int Renew = 2;
    public const int Lease = 8;
    public const int Fence = 12;
    public const int MaxOperation = 4;
    public const int Slack = 10;
    public const int Exclusion = Fence + MaxOperation + Slack;
    public const int Bake = 4;

    public static readonly LevelTimings Timings = new(TimeSpan.FromSeconds(Exclusion), TimeSpan.FromSeconds(Bake));
}
