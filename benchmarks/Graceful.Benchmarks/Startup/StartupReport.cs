using System.Globalization;

namespace Graceful.Benchmarks;

internal static class StartupReport
{
    private const double MostMilliseconds = 20;

    private static readonly (string Over, string Under)[] Differences =
    [
        (StartupSeries.Graceful, StartupSeries.Plain),
        (StartupSeries.Graceful, StartupSeries.Disabled),
        (StartupSeries.Disabled, StartupSeries.Plain),
        (StartupSeries.Control, StartupSeries.Plain),
    ];

    public static int Write(StartupSeries series, int pairs, bool preliminary)
    {
        var (name, command, build) = Describe(series.Build, pairs);
        var file = new ResultFile(name, command);
        file.Line($"{pairs} paired process starts in random order, from process creation to the first 200 of the main endpoint.");
        file.Line(build);
        file.Line("Medians and their 95 % bootstrap intervals:");
        file.Line();
        file.Table(
            ["start", "first 200", "interval", "processor time", "interval"],
            series.Starts.Select(s => Row(s.Key, s.Value, "0.0")));
        file.Table(
            ["paired difference", "first 200", "interval", "processor time", "interval"],
            Differences.Select(d => Row($"{d.Over} − {d.Under}", Subtract(series, d.Over, d.Under), "+0.0;-0.0;0.0")));

        var added = Interval.Of([.. Subtract(series, StartupSeries.Graceful, StartupSeries.Plain).Select(s => s.Milliseconds)]).Median;
        var held = added <= MostMilliseconds;
        file.Line(FormattableString.Invariant(
            $"Target: Graceful adds at most {MostMilliseconds} ms to a plain start, median. Measured: {added:0.0} ms: {(held ? "held" : "MISSED")}."));
        file.Line();
        file.Data(
            "All starts, ms",
            series.Starts.Select(s => $"{s.Key,-12} {string.Join(" ", s.Value.Select(v => v.Milliseconds.ToString("0.0", CultureInfo.InvariantCulture)))}"));
        file.Save(preliminary);
        return held ? 0 : 1;
    }

    private static (string Name, string Command, string Build) Describe(AppBuild build, int pairs) =>
        build.IsReadyToRun ? (
            "startup-published",
            $"{ResultFile.Run} startup --pairs {pairs} --app <published>/Graceful.Benchmarks",
            "The build: published with ReadyToRun, as for production.")
        : build.IsFromPackage ? (
            "startup",
            $"benchmarks/startup.sh --pairs {pairs}",
            "The build: as `dotnet build` leaves an application that references the packages, which bring Graceful compiled.")
        : (
            "startup-from-source",
            $"{ResultFile.Run} startup --pairs {pairs}",
            "The build: from source, as `dotnet build` leaves it; all of Graceful is compiled at run time. No user has this.");

    private static List<Start> Subtract(StartupSeries series, string over, string under) =>
        [.. series.Starts[over].Zip(series.Starts[under], (o, u) => new Start(o.Milliseconds - u.Milliseconds, o.Processor - u.Processor))];

    private static string[] Row(string name, List<Start> starts, string format) =>
        [name, .. Cells([.. starts.Select(s => s.Milliseconds)], format), .. Cells([.. starts.Select(s => s.Processor)], format)];

    private static string[] Cells(double[] samples, string format)
    {
        var interval = Interval.Of(samples);
        return [$"{Number(interval.Median, format)} ms", $"{Number(interval.Lower, format)} … {Number(interval.Upper, format)} ms"];
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
