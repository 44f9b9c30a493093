using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;

namespace Graceful.Benchmarks;

/// <summary>A build of this program, to be started as the application.</summary>
/// <param name="Program">The executable.</param>
internal sealed record AppBuild(string Program)
{
    /// <summary>The one that is running.</summary>
    public static AppBuild Own { get; } = new(Path.Combine(AppContext.BaseDirectory, Path.GetFileNameWithoutExtension(Library) + Extension));

    /// <summary>Whether all of it was compiled ahead of time (<c>PublishReadyToRun</c>).</summary>
    public bool IsReadyToRun => IsFromPackage && IsCompiled(Library);

    /// <summary>Whether Graceful was compiled ahead of time, as it is in its packages.</summary>
    public bool IsFromPackage => IsCompiled("Graceful.dll") && IsCompiled("Graceful.AspNetCore.dll");

    private static string Library => typeof(AppBuild).Module.Name;

    private static string Extension => OperatingSystem.IsWindows() ? ".exe" : "";

    private bool IsCompiled(string library)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(Program))!;
        var platform = Path.Combine(folder, "runtimes", RuntimeInformation.RuntimeIdentifier, "lib", "net10.0", library);
        using var file = File.OpenRead(File.Exists(platform) ? platform : Path.Combine(folder, library));
        using var image = new PEReader(file);
        return image.PEHeaders.CorHeader is { ManagedNativeHeaderDirectory.Size: > 0 };
    }
}
