using System.CommandLine;

namespace Graceful.Benchmarks;

internal static class ProbeCommand
{
    public static Command Create()
    {
        var iterations = CommonOptions.Count("--iterations", 40, "Measured iterations of each benchmark");
        var preliminary = CommonOptions.Preliminary();
        var command = new Command("probe", "A probe's answer against MapHealthChecks with no checks.") { iterations, preliminary };
        command.SetAction(parsed => Run(parsed.GetValue(iterations), parsed.GetValue(preliminary)));
        return command;
    }

    private static int Run(int iterations, bool preliminary)
    {
        var costs = MicroBenchmark.Run<ProbeBenchmarks>(iterations);
        var file = new ResultFile("probe", $"{ResultFile.Run} probe --iterations {iterations}");
        file.Line("One probe through all of Kestrel, over a transport in memory:");
        file.Line();
        CostTable.WriteTo(file, costs);
        var held = costs.All(c => c.Median <= costs[0].Median && c.Bytes <= costs[0].Bytes);
        return CostTable.Conclude(file, "Target: no dearer than MapHealthChecks with no checks, in time or memory", held, costs, preliminary);
    }
}
