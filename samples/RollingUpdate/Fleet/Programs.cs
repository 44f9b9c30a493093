namespace Graceful.RollingUpdate;

/// <summary>Finds programs the way a shell does.</summary>
internal static class Programs
{
    // A user's PATH often lacks the folders where distributions put servers.
    private static readonly string[] AlsoIn = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/opt/homebrew/bin", "/usr/local/bin"];

    public static string? Find(string name)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Concat(AlsoIn).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }

    public static string Require(string name) => Find(name)
        ?? throw new RollFailedException($"'{name}' is not installed: nothing of that name on PATH. Install it, or choose another --gateway (yarp needs nothing).");
}
