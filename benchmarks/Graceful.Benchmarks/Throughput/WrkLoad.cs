using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Graceful.Benchmarks;

/// <summary>wrk with one thread.</summary>
internal sealed partial class WrkLoad(string program, int connections) : ILoad
{
    public string Name => $"wrk -t1 -c{connections}";

    public static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "wrk")).FirstOrDefault(File.Exists);

    public async Task<LoadResult> RunAsync(int port, TimeSpan duration)
    {
        using var wrk = Process.Start(new ProcessStartInfo(program, ["-t1", $"-c{connections}", $"-d{duration.TotalSeconds:0}s", $"http://127.0.0.1:{port}/"])
        {
            RedirectStandardOutput = true,
        })!;
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        var total = Total().Match(output);
        if (wrk.ExitCode != 0 || !total.Success || output.Contains("Socket errors", StringComparison.Ordinal) || output.Contains("Non-2xx", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"wrk reports: {output}");
        }

        var seconds = double.Parse(total.Groups["time"].Value, CultureInfo.InvariantCulture) * (total.Groups["unit"].Value == "ms" ? 0.001 : 1);
        return new LoadResult(long.Parse(total.Groups["requests"].Value, CultureInfo.InvariantCulture), TimeSpan.FromSeconds(seconds));
    }

    [GeneratedRegex(@"(?<requests>\d+) requests in (?<time>[\d.]+)(?<unit>ms|s)")]
    private static partial Regex Total();
}
