using System.Globalization;
using System.Text.RegularExpressions;

namespace Graceful.RollingUpdate;

/// <summary>What an instance said of its own drain: the report line on its console, read back.</summary>
/// <param name="Line">The report as it was printed.</param>
/// <param name="Clean">Whether the instance aborted nothing.</param>
/// <param name="LameDuck">Seconds announced as leaving and still serving everything.</param>
/// <param name="Draining">Seconds in which streams were ended and requests finished.</param>
/// <param name="Flushing">Seconds for the participants.</param>
/// <param name="LateArrivals">Requests that arrived after the signal and were served.</param>
/// <param name="Aborted">Requests, streams and connections the instance cut, together.</param>
internal sealed partial record DrainSummary(
    string Line, bool Clean, double LameDuck, double Draining, double Flushing, int LateArrivals, int Aborted)
{
    private const string Marker = "Graceful drain report: ";

    public static DrainSummary? TryParse(string consoleLine)
    {
        var start = consoleLine.IndexOf(Marker, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        var line = consoleLine[(start + Marker.Length)..].Trim();
        var fields = Field().Matches(line).DistinctBy(m => m.Groups[1].Value).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
        return new DrainSummary(
            line,
            fields.GetValueOrDefault("outcome") == "clean",
            Number("lameDuck"),
            Number("draining"),
            Number("flushing"),
            (int)Number("lateArrivals"),
            (int)(Number("requestsAborted") + Number("streamsAborted") + Number("connectionsAborted")));

        double Number(string name) =>
            double.TryParse(fields.GetValueOrDefault(name)?.TrimEnd('s'), CultureInfo.InvariantCulture, out var value) ? value : 0;
    }

    [GeneratedRegex(@"(\w+)=(\[.*\]|\S+)")]
    private static partial Regex Field();
}
