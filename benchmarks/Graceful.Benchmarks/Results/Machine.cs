using System.Runtime.InteropServices;

namespace Graceful.Benchmarks;

/// <summary>What the numbers were taken on.</summary>
internal static class Machine
{
    private const string CpuInfo = "/proc/cpuinfo";

    public static string Description { get; } =
        $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}, {Cpu()}, {Environment.ProcessorCount} logical processors";

    private static string Cpu()
    {
        var line = File.Exists(CpuInfo) ? File.ReadLines(CpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
