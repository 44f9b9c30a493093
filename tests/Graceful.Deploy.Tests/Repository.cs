using System.Reflection;

namespace Graceful.Deploy.Tests;

/// <summary>The files of this repository, as they are in the working tree.</summary>
internal static class Repository
{
    private static readonly string Root = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static IEnumerable<string> FileNames(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder)).Select(file => Path.GetFileName(file));
}
