using System.Text.RegularExpressions;

namespace Graceful.Tests;

/// <summary>Every log event can be told from every other, by number and by name, over all packages.</summary>
public partial class LogMessageTests
{
    private static readonly IReadOnlyList<(SourceFile File, Match Match)> Messages =
        [.. SourceFile.All.SelectMany(f => Attribute().Matches(f.Text).Select(m => (f, m)))];

    private static readonly Dictionary<string, int> Hundreds = new() { ["Graceful"] = 1, ["Graceful.AspNetCore"] = 2, ["Graceful.Redis"] = 3 };

    [Fact]
    public void LogMessages_AreFound()
    {
        Assert.True(Messages.Count >= 20);
        Assert.Equal(SourceFile.All.Sum(f => Usage().Count(f.Text)), Messages.Count);
    }

    [Fact]
    public void LogMessage_EachHasAnIdOfItsOwn() => Assert.Empty(Repeated("id"));

    [Fact]
    public void LogMessage_EachHasANameOfItsOwn() => Assert.Empty(Repeated("name"));

    [Fact]
    public void LogMessage_ItsId_IsOfItsPackage()
    {
        foreach (var (file, match) in Messages)
        {
            var id = int.Parse(match.Groups["id"].Value, System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(Hundreds[file.Package] == id / 100, $"{file}: {id}");
        }
    }

    [Fact]
    public void Logging_OnlyByMessagesWithAnId() => Assert.DoesNotContain(SourceFile.All, f => DirectCall().IsMatch(f.Code));

    private static IEnumerable<string> Repeated(string group) => Messages.GroupBy(m => m.Match.Groups[group].Value)
        .Where(g => g.Count() > 1).Select(g => $"{g.Key}: {string.Join(", ", g.Select(m => m.File))}");

    [GeneratedRegex(@"\[LoggerMessage\(\s*(?<id>\d+),[^\n]*EventName = ""(?<name>\w+)""\)\]")]
    private static partial Regex Attribute();

    [GeneratedRegex(@"\[LoggerMessage\b")]
    private static partial Regex Usage();

    [GeneratedRegex(@"\.Log(?:Trace|Debug|Information|Warning|Error|Critical)\(")]
    private static partial Regex DirectCall();
}
