using System.Globalization;
using System.Text.RegularExpressions;

namespace Graceful.RollingUpdate.Tests.Processes;

/// <summary>The last word of an instance, read as a user's tools would read it.</summary>
internal sealed partial class DrainReportLine
{
    private readonly Dictionary<string, string> _fields;

    private DrainReportLine(string line)
    {
        Held = HeldPattern().Match(line).Groups[1].Value;
        _fields = FieldPattern().Matches(line).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
    }

    public string Reason => _fields["reason"];

    public bool IsClean => _fields["outcome"] == "clean";

    public TimeSpan Total => Seconds("total");

    public TimeSpan LameDuck => Seconds("lameDuck");

    public TimeSpan Draining => Seconds("draining");

    public TimeSpan Flushing => Seconds("flushing");

    public bool EarlyExit => bool.Parse(_fields["earlyExit"]);

    public string Held { get; }

    public int Count(string field) => int.Parse(_fields[field], CultureInfo.InvariantCulture);

    /// <summary>There is exactly one.</summary>
    public static DrainReportLine In(AppOutput output)
    {
        var lines = output.Lines.Where(l => l.Contains("Graceful drain report: ", StringComparison.Ordinal)).ToList();
        Assert.True(lines.Count == 1, $"There are {lines.Count} drain reports.");
        return new DrainReportLine(lines[0][lines[0].IndexOf("Graceful drain report: ", StringComparison.Ordinal)..]);
    }

    private TimeSpan Seconds(string field) => TimeSpan.FromSeconds(double.Parse(_fields[field].TrimEnd('s'), CultureInfo.InvariantCulture));

    [GeneratedRegex(@"held=\[(.*)\]")]
    private static partial Regex HeldPattern();

    [GeneratedRegex(@"(\w+)=([^\s\[]+)")]
    private static partial Regex FieldPattern();
}
