using System.Text.Json;

namespace Graceful.RollingUpdate;

/// <summary>Where the instances write their orders: what was really written, and at which level.</summary>
internal sealed class Journals(Workspace workspace)
{
    private const string Ending = ".orders";

    public string PathOf(ShopAddress instance) => workspace.PathOf(instance.Name + Ending);

    /// <summary>Level 1 does not say so; a line that cannot be read is of level -1.</summary>
    public IReadOnlyDictionary<int, int> CountByLevel()
    {
        var count = new SortedDictionary<int, int>();
        foreach (var line in Directory.EnumerateFiles(workspace.Root, "*" + Ending).SelectMany(Complete))
        {
            var level = LevelOf(line);
            count[level] = count.GetValueOrDefault(level) + 1;
        }

        return count;
    }

    /// <summary>An instance that still runs may be in the middle of a line.</summary>
    private static IEnumerable<string> Complete(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Split('\n')[..^1];
    }

    private static int LevelOf(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.TryGetProperty("level", out var level) ? level.GetInt32() : 1;
        }
        catch (JsonException)
        {
            return -1;
        }
    }
}
