using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Graceful.RollingUpdate;

/// <summary>The file of a series. Lines are only ever added.</summary>
internal sealed class SeriesFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly string _path;
    private readonly List<SeriesLine> _lines;

    public SeriesFile(string path)
    {
        _path = path;
        _lines = File.Exists(path)
            ? [.. File.ReadLines(path).Where(l => l.Length > 0).Select(l => JsonSerializer.Deserialize<SeriesLine>(l, Json)!)]
            : [];
    }

    public IReadOnlyList<SeriesLine> Lines => _lines;

    public void Append(SeriesLine line)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        File.AppendAllText(_path, JsonSerializer.Serialize(line, Json) + "\n");
        _lines.Add(line);
    }

    public IReadOnlyList<SeriesSummary> Summary() =>
    [
        .. _lines.GroupBy(l => (l.Setting, l.Graceful)).OrderBy(g => g.Key.Graceful).ThenBy(g => g.Key.Setting, StringComparer.Ordinal)
            .Select(g => new SeriesSummary(g.Key.Setting, g.Key.Graceful, [.. g])),
    ];
}
