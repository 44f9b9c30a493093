using System.Diagnostics;

namespace Graceful.Benchmarks;

internal static class SteadyState
{
    private static readonly TimeSpan Running = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Resting = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// Runs <paramref name="operation"/> until the runtime has compiled it, and the framework below it, for the last time: that happens in
    /// stages, in the background, and only while little new is compiled. All benchmarks share one process: the first would look slow.
    /// </summary>
    public static void Reach(Action operation)
    {
        for (var stage = 0; stage < 3; stage++)
        {
            var start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start) < Running)
            {
                operation();
            }

            Thread.Sleep(Resting);
        }
    }
}
