namespace Graceful.RollingUpdate.Tests.Processes;

/// <summary>The programs that were built along with the tests: they lie beside them in the artifacts folder.</summary>
internal static class Binaries
{
    public static string TestApp { get; } = Locate("Graceful.TestApp", "Graceful.TestApp.dll");

    public static string RollingUpdate { get; } = Locate("RollingUpdate", "Graceful.RollingUpdate.dll");

    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(["/usr/sbin", "/usr/local/sbin", "/sbin"])
            .Where(d => d.Length > 0)
            .Select(d => Path.Combine(d, program))
            .FirstOrDefault(File.Exists);

    /// <summary>artifacts/bin/(this project)/(configuration)/ -> artifacts/bin/(project)/(configuration)/</summary>
    private static string Locate(string project, string file)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, file);
    }
}
