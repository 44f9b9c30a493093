using System.CommandLine;
using System.Runtime.CompilerServices;

namespace Graceful.Benchmarks;

internal static class Program
{
    private static Task<int> Main(string[] args) =>
        Environment.GetEnvironmentVariable(BenchmarkApp.Switch) is { } variant ? Serve(variant) : Measure(args);

    // Methods of their own: a served application must not load what only measuring needs.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task<int> Serve(string variant) => BenchmarkApp.RunAsync(variant);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<int> Measure(string[] args)
    {
        var root = new RootCommand("Measures what Graceful costs, side by side with what ASP.NET Core ships. Each command writes its result to benchmarks/results.")
        {
            RequestPathCommand.Create(),
            ProbeCommand.Create(),
            ThroughputCommand.Create(),
            StartupCommand.Create(),
            EnterCommand.Create(),
            FleetCommand.Create(),
            LevelChangeCommand.Create(),
            JoinCommand.Create(),
            SessionsCommand.Create(),
        };
        return await root.Parse(args).InvokeAsync();
    }
}
