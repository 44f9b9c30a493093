using System.CommandLine;

namespace Graceful.Benchmarks;

internal static class EnterCommand
{
    private const double MostNanoseconds = 20;

    public static Command Create()
    {
        var iterations = CommonOptions.Count("--iterations", 40, "Measured iterations of each benchmark");
        var preliminary = CommonOptions.Preliminary();
        var command = new Command("enter", "What it costs to ask for the level to write at: ICompatibility.Enter and Dispose.") { iterations, preliminary };
        command.SetAction(parsed => Run(parsed.GetValue(iterations), parsed.GetValue(preliminary)));
        return command;
    }

    private static int Run(int iterations, bool preliminary)
    {
        var one = MicroBenchmark.Run<EnterBenchmarks>(iterations);
        var all = MicroBenchmark.Run<EnterOnAllCoresBenchmarks>(iterations);

        var file = new ResultFile("enter", $"{ResultFile.Run} enter --iterations {iterations}");
        file.Line("Enter and Dispose on one thread; below it, what would protect a level otherwise:");
        file.Line();
        CostTable.WriteTo(file, one);
        file.Line($"The same on {Environment.ProcessorCount} threads at once, one for each logical processor; the time of one operation on one of them:");
        file.Line();
        CostTable.WriteTo(file, all);

        // The yardsticks may be as restless as they like.
        Cost[] own = [one[0], all[0]];
        var target = FormattableString.Invariant(
            $"Target: at most {MostNanoseconds} ns and 0 B, also with all cores on it. Measured: {own[0].Median:0.0} ns, on all cores {own[1].Median:0.0} ns; {own.Max(c => c.Bytes):0} B");
        return CostTable.Conclude(file, target, own.All(c => c.Median <= MostNanoseconds && c.Bytes < 1), own, preliminary);
    }
}
