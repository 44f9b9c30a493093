namespace Graceful.RollingUpdate;

/// <summary>A private temporary directory for certificates and gateway configurations, gone when the run ends.</summary>
internal sealed class Workspace : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("graceful-roll-").FullName;

    public string PathOf(string name) => Path.Combine(Root, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (IOException)
        {
            // A gateway that is still writing its log: the directory stays in the system's temporary folder.
        }
    }
}
