using System.Diagnostics;
using System.Reflection;

namespace Graceful.RollingUpdate.Tests.Aot;

/// <summary>The samples as native binaries, published once for all tests that use them.</summary>
public sealed class NativeBinaries : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aot-");

    public string Shop { get; private set; } = "";

    public string Worker { get; private set; } = "";

    /// <summary>What the compiler said, by sample.</summary>
    public IReadOnlyDictionary<string, string> Output => _output;

    private readonly Dictionary<string, string> _output = [];

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("GRACEFUL_AOT") == "1")
        {
            Shop = await PublishAsync("Shop");
            Worker = await PublishAsync("Worker");
        }
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task<string> PublishAsync(string sample)
    {
        var root = typeof(NativeBinaries).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;
        var target = Path.Combine(_folder.FullName, sample);
        var start = new ProcessStartInfo(
            "dotnet",
            [
                "publish", Path.Combine(root, "samples", sample), "-c", "Release", "--ucr", "-o", target, "--nologo", "-p:PublishAot=true",
                $"-p:ArtifactsPath={Path.Combine(_folder.FullName, "artifacts")}",

                // Every warning, not one line for each assembly, and as a warning.
                "-p:TrimmerSingleWarn=false", "-p:TreatWarningsAsErrors=false",
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // A build server would outlive the run and hold its output open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.ArgumentList.Add("-p:UseSharedCompilation=false");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        _output[sample] = await output + await errors;
        return process.ExitCode == 0 ? Path.Combine(target, sample) : throw new InvalidOperationException($"{sample} cannot be published:\n{_output[sample]}");
    }
}
