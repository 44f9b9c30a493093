using System.CommandLine;

namespace Graceful.Benchmarks;

internal static class RequestPathCommand
{
    private const double MostNanoseconds = 100;

    public static Command Create()
    {
        var iterations = CommonOptions.Count("--iterations", 40, "Measured iterations of each benchmark");
        var preliminary = CommonOptions.Preliminary();
        var command = new Command("request-path", "What Graceful adds to a request: time and memory.") { iterations, preliminary };
        command.SetAction(parsed => Run(parsed.GetValue(iterations), parsed.GetValue(preliminary)));
        return command;
    }

    private static int Run(int iterations, bool preliminary)
    {
        var hosting = MicroBenchmark.Run<RequestPathBenchmarks>(iterations);
        var kestrel = MicroBenchmark.Run<KestrelRequestBenchmarks>(iterations);

        var file = new ResultFile("request-path", $"{ResultFile.Run} request-path --iterations {iterations}");
        file.Line("Hosting's application called directly, the endpoint completes asynchronously:");
        file.Line();
        CostTable.WriteTo(file, hosting);
        file.Line("Through all of Kestrel, over a transport in memory, with routing:");
        file.Line();
        CostTable.WriteTo(file, kestrel);

        var time = hosting[1].Median - hosting[0].Median;

        // What the diagnoser itself leaves behind is spread over all operations: less than one byte is none.
        var memory = Math.Max(hosting[1].Bytes - hosting[0].Bytes, kestrel[1].Bytes - kestrel[0].Bytes);
        var target = FormattableString.Invariant(
            $"Target: at most {MostNanoseconds} ns and 0 B for a request, hosting's application called directly. Measured: {time:0} ns, {memory:0} B");
        return CostTable.Conclude(file, target, time <= MostNanoseconds && memory < 1, hosting, preliminary);
    }
}
