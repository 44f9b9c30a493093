using System.Globalization;
using System.Reflection;
using System.Text;

namespace Graceful.Benchmarks;

/// <summary>A result as Markdown: what the command printed, the command itself, and what it ran on.</summary>
internal sealed class ResultFile(string name, string command)
{
    /// <summary>How this program is run.</summary>
    public const string Run = "dotnet run -c Release --project benchmarks/Graceful.Benchmarks --";

    private readonly StringBuilder _text = new();

    public void Line(string line = "")
    {
        Console.WriteLine(line);
        _text.Append(line).Append('\n');
    }

    public void Table(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows)
    {
        Line($"| {string.Join(" | ", head)} |");
        Line($"|{string.Concat(head.Select((_, i) => i == 0 ? "---|" : "---:|"))}");
        foreach (var row in rows)
        {
            Line($"| {string.Join(" | ", row)} |");
        }

        Line();
    }

    /// <summary>Text for the file alone: raw data.</summary>
    public void Data(string title, IEnumerable<string> lines)
    {
        _text.Append("<details><summary>").Append(title).Append("</summary>\n\n```\n");
        foreach (var line in lines)
        {
            _text.Append(line).Append('\n');
        }

        _text.Append("```\n\n</details>\n");
    }

    public void Save(bool preliminary)
    {
        var root = typeof(ResultFile).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;
        var folder = Directory.CreateDirectory(Path.Combine(root, "benchmarks", "results"));
        var file = Path.Combine(folder.FullName, $"{name}.md");
        var day = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var note = preliminary ? "\n**Preliminary: the machine was busy with other work.**\n" : "";
        File.WriteAllText(file, $"# {name}\n\n`{command}`\n\n{day}, {Machine.Description}\n{note}\n{_text}");
        Console.WriteLine($"Written to {Path.GetRelativePath(Environment.CurrentDirectory, file)}");
    }
}
