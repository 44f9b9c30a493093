namespace Graceful;

/// <summary>Redis tells the time in microseconds, and so do the keys.</summary>
internal static class Microseconds
{
    public static long Of(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    public static TimeSpan ToTimeSpan(long microseconds) => TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    public static DateTimeOffset ToTime(long microseconds) => DateTimeOffset.UnixEpoch + ToTimeSpan(microseconds);
}
