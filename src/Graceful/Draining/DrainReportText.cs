using System.Globalization;

namespace Graceful;

/// <summary>The drain report on one line, for people and for grep.</summary>
internal static class DrainReportText
{
    public static string Format(DrainReport report)
    {
        // A reason or a name is the application's text.
        return OnOneLine(report).ReplaceLineEndings(" ");
    }

    private static string OnOneLine(DrainReport report)
    {
        var held = string.Join("; ", report.Held.Select(h => string.Create(
            CultureInfo.InvariantCulture, $"{Word(h.Kind)} {h.Name} {h.Duration.TotalSeconds:0.0}s{Ending(h.Outcome)}")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Graceful drain report: reason={report.Reason} outcome={(report.IsClean ? "clean" : "lossy")} total={Seconds(report.Total)} " +
            $"lameDuck={Seconds(report.LameDuck)} draining={Seconds(report.Draining)} flushing={Seconds(report.Flushing)} " +
            $"unused={Seconds(report.UnusedBudget)} earlyExit={(report.EarlyExit ? "true" : "false")} " +
            $"requestsAtStart={report.RequestsAtStart} connectionsAtStart={report.ConnectionsAtStart} lateArrivals={report.LateArrivals} " +
            $"requestsAborted={report.RequestsAborted} streamsAborted={report.StreamsAborted} connectionsAborted={report.ConnectionsAborted} " +
            $"held=[{held}]");
    }

    private static string Seconds(TimeSpan value) => value.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture) + "s";

    private static string Word(DrainHolderKind kind) => kind switch
    {
        DrainHolderKind.Request => "request",
        DrainHolderKind.Stream => "stream",
        DrainHolderKind.Connection => "connection",
        DrainHolderKind.Work => "work",
        _ => "participant",
    };

    private static string Ending(DrainOutcome outcome) => outcome switch
    {
        DrainOutcome.Aborted => " aborted",
        DrainOutcome.Failed => " failed",
        DrainOutcome.TimedOut => " timed out",
        _ => "",
    };
}
