using System.Diagnostics;

namespace Graceful.RollingUpdate;

/// <summary>
/// The rhythm of one client: so many requests a second, from a random beginning. A client that is late sends at once, but does not
/// make up for more than a second, which would be another load than the one asked for.
/// </summary>
internal sealed class Pace(TimeSpan interval)
{
    private long _next = Stopwatch.GetTimestamp() + Ticks(interval * Random.Shared.NextDouble());

    public static TimeSpan Split(double rate, int clients) => TimeSpan.FromSeconds(clients / Math.Max(rate, 0.001));

    /// <summary>False when the load has ended.</summary>
    public async Task<bool> NextAsync(LoadContext context)
    {
        var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), _next);
        if (wait > TimeSpan.Zero)
        {
            await context.WaitAsync(wait);
        }
        else if (wait < TimeSpan.FromSeconds(-1))
        {
            _next = Stopwatch.GetTimestamp();
        }

        // ±50 %, so that clients do not fall into step.
        _next += Ticks(interval * (0.5 + Random.Shared.NextDouble()));
        return !context.Stop.IsCancellationRequested;
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
