using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Graceful.Benchmarks;

/// <summary>Time and memory of one operation.</summary>
/// <param name="Name">The benchmark.</param>
/// <param name="Median">Of all iterations, in nanoseconds.</param>
/// <param name="Best">The fastest iteration: what else the machine does only ever adds time.</param>
/// <param name="Bytes">Allocated.</param>
internal sealed record Cost(string Name, double Median, double Best, double Bytes);

/// <summary>
/// Runs a BenchmarkDotNet class in this process and hands back plain numbers; the first is the baseline. Many short iterations, so that
/// an interruption spoils few of them.
/// </summary>
internal static class MicroBenchmark
{
    public static IReadOnlyList<Cost> Run<T>(int iterations)
    {
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.Default
                .WithToolchain(InProcessEmitToolchain.Instance)
                .WithWarmupCount(5)
                .WithIterationCount(iterations)
                .WithIterationTime(TimeInterval.FromMilliseconds(50)))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(ConsoleLogger.Default)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "graceful-benchmarks"));
        var summary = BenchmarkRunner.Run<T>(config);
        if (summary.HasCriticalValidationErrors || summary.Reports.Any(r => r.ResultStatistics is null))
        {
            throw new InvalidOperationException($"{typeof(T).Name} could not be run; see above.");
        }

        return [.. summary.Reports
            .OrderByDescending(r => r.BenchmarkCase.Descriptor.Baseline)
            .Select(r => new Cost(
                r.BenchmarkCase.Descriptor.WorkloadMethod.Name,
                r.ResultStatistics!.Median,
                r.ResultStatistics.Min,
                (double)r.GcStats.GetTotalAllocatedBytes(excludeAllocationQuantumSideEffects: true)! / r.GcStats.TotalOperations))];
    }
}
