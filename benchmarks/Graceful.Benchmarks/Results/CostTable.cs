using System.Globalization;

namespace Graceful.Benchmarks;

internal static class CostTable
{
    /// <summary>How far the median may lie above the best iteration: beyond that, other work was measured too.</summary>
    private const double MostNoise = 1.25;

    public static void WriteTo(ResultFile file, IReadOnlyList<Cost> costs)
    {
        var baseline = costs[0];
        file.Table(
            ["", "median", "best", "allocated", "against the first: median", "best", "allocated"],
            costs.Select(c => (IReadOnlyList<string>)
            [
                c.Name, $"{Number(c.Median)} ns", $"{Number(c.Best)} ns", $"{Number(c.Bytes)} B",
                $"{Signed(c.Median - baseline.Median)} ns", $"{Signed(c.Best - baseline.Best)} ns", $"{Signed(c.Bytes - baseline.Bytes)} B",
            ]));
    }

    /// <summary>Ends a result: 0 held, 1 missed, 2 undecided because the machine was busy.</summary>
    public static int Conclude(ResultFile file, string target, bool held, IEnumerable<Cost> costs, bool preliminary)
    {
        var busy = costs.Any(c => c.Median > c.Best * MostNoise);
        file.Line($"{target}: {(busy ? "undecided, medians lie far above the best iterations: the machine was busy" : held ? "held" : "MISSED")}.");
        file.Save(preliminary);
        return busy ? 2 : held ? 0 : 1;
    }

    private static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Signed(double value) => value.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);
}
