using System.Reflection.PortableExecutable;

namespace Graceful.Benchmarks;

/// <summary>A build of this program, to be started as the application.</summary>
/// <param name="Program">The executable.</param>
internal sealed record AppBuild(string Program)
{
    /// <summary>The one that is running.</summary>
    public static AppBuild Own { get; } = new(Path.Combine(AppContext.BaseDirectory, Path.GetFileNameWithoutExtension(Library) + Extension));

    /// <summary>Whether it was compiled ahead of time (<c>PublishReadyToRun</c>), Graceful included.</summary>
    public bool IsReadyToRun => new[] { Library, "Graceful.dll", "Graceful.AspNetCore.dll" }.All(IsCompiled);

    private static string Library => typeof(AppBuild).Module.Name;

    private static string Extension => OperatingSystem.IsWindows() ? ".exe" : "";

    private bool IsCompiled(string library)
    {
        using var file = File.OpenRead(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(Program))!, library));
        using var image = new PEReader(file);
        return image.PEHeaders.CorHeader is { ManagedNativeHeaderDirectory.Size: > 0 };
    }
}
