using System.Diagnostics;

namespace Graceful.RollingUpdate;

/// <summary>Seconds since the load began, on the monotonic clock; negative before <see cref="Begin"/>.</summary>
internal sealed class RunClock
{
    private long _origin = Stopwatch.GetTimestamp();

    public double Now => At(Stopwatch.GetTimestamp());

    /// <summary>Makes this moment zero.</summary>
    public void Begin() => _origin = Stopwatch.GetTimestamp();

    public double At(long timestamp) => (timestamp - _origin) / (double)Stopwatch.Frequency;
}
