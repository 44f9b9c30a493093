using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Graceful.RollingUpdate;

/// <summary>Writes the report of a run: one page to look at, and the same numbers as JSON.</summary>
internal static class ReportWriter
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <returns>The path of the page.</returns>
    public static async Task<string> WriteAsync(DirectoryInfo? directory, RollResult graceful, RollResult? plain)
    {
        var timestamp = graceful.StartedAt.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var path = directory?.FullName ?? Path.Combine(Artifacts(), "rolling-update", timestamp);
        Directory.CreateDirectory(path);
        RollResult[] sides = plain is null ? [graceful] : [plain, graceful];
        await File.WriteAllTextAsync(Path.Combine(path, "report.json"), JsonSerializer.Serialize(new Report(graceful, plain), Json));
        var page = Path.Combine(path, "report.html");
        await File.WriteAllTextAsync(page, HtmlReport.Render(sides, Verdict.Sentence(graceful, plain), ExitCodes.Of(graceful, plain)));
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, page);
        return relative.StartsWith("..", StringComparison.Ordinal) ? page : relative;
    }

    /// <summary>The repository's artifacts folder, where this program lies; else one in the current directory.</summary>
    private static string Artifacts()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (folder.Name == "artifacts")
            {
                return folder.FullName;
            }
        }

        return Path.GetFullPath("artifacts");
    }

    private sealed record Report(RollResult Graceful, RollResult? Plain);
}
