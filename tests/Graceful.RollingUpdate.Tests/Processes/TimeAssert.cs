using System.Globalization;

namespace Graceful.RollingUpdate.Tests.Processes;

internal static class TimeAssert
{
    /// <summary>What a machine may add to anything that has nothing else to do.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1.5);

    public static void AtLeast(double seconds, TimeSpan actual) =>
        Assert.True(actual >= TimeSpan.FromSeconds(seconds), $"{actual.TotalSeconds:0.000} s is less than {seconds:0.000} s.");

    /// <summary>No longer than this, and what the machine needs for it.</summary>
    public static void AtMost(double seconds, TimeSpan actual)
    {
        var slack = Slack * Overload();
        Assert.True(
            actual <= TimeSpan.FromSeconds(seconds) + slack,
            $"{actual.TotalSeconds:0.000} s is more than {seconds:0.000} s and the slack of {slack.TotalSeconds:0.0} s.");
    }

    /// <summary>How many times more there is to do than the machine can: then everything takes so many times longer.</summary>
    private static double Overload()
    {
        const string LoadFile = "/proc/loadavg";
        if (!File.Exists(LoadFile))
        {
            return 1;
        }

        // "1.10 0.80 0.60 3/212 4711": the average of the last minute, and how many want to run right now.
        var fields = File.ReadAllText(LoadFile).Split(' ', '/');
        var load = Math.Max(Number(fields[0]), Number(fields[3]));
        return Math.Max(1, load / Environment.ProcessorCount);

        static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
    }
}
