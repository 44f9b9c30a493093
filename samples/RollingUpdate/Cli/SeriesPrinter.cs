using System.Globalization;
using System.Text;

namespace Graceful.RollingUpdate;

internal static class SeriesPrinter
{
    private static readonly CompositeFormat Layout = CompositeFormat.Parse("{0,-14}{1,-10}{2,6}{3,7}{4,12}{5,8}{6,14}{7,16}{8,16}");

    public static void Print(IReadOnlyList<SeriesSummary> summary, VerdictPrinter printer)
    {
        printer.Line("");
        printer.Line(Row("setting", "side", "rolls", "clean", "sent", "lost", "streams cut", "events missed", "served late"), "bold");
        foreach (var s in summary)
        {
            printer.Line(
                Row(s.Setting, s.Graceful ? "Graceful" : "plain", s.Rolls.Count, s.CleanRolls, s.Sent, s.Lost, s.StreamsCut, s.EventsMissed, s.LateArrivals),
                s.IsClean ? "green" : "red");
        }
    }

    private static string Row(params object[] cells) => string.Format(CultureInfo.InvariantCulture, Layout, cells).TrimEnd();
}
