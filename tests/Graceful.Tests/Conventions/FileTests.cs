using System.Text.RegularExpressions;

namespace Graceful.Tests;

/// <summary>Small files, named after what they hold, that speak of the product only.</summary>
public partial class FileTests
{
    private const int MostLines = 300;

    private static readonly IReadOnlyList<SourceFile> Everything =
        [.. new[] { "src", "tests", "samples", "benchmarks" }.Where(d => Directory.Exists(Path.Combine(SourceFile.Root, d))).SelectMany(SourceFile.Read)];

    [Fact]
    public void File_IsShort() => Assert.Empty(
        Everything.Where(f => f.Text.AsSpan().Count('\n') > MostLines).Select(f => $"{f} has {f.Text.AsSpan().Count('\n')} lines"));

    [Fact]
    public void File_IsNamedAfterWhatItHolds() => Assert.Empty(
        from file in SourceFile.All
        let name = Path.GetFileNameWithoutExtension(file.Path).Split('.')[0]
        where !file.Types.Any(t => t.StartsWith(name, StringComparison.Ordinal))
        select $"{file} declares {string.Join(", ", file.Types)}");

    [Fact]
    public void Type_SaysWhatItDoes() => Assert.DoesNotContain(SourceFile.All.SelectMany(f => f.Types), t => VagueName().IsMatch(t));

    [Fact]
    public void Text_HasNoUnfinishedBusinessAndNoMachineOfItsOwn() => Assert.Empty(
        from file in Everything
        where file.Path != "tests/Graceful.Tests/Conventions/FileTests.cs"
        from Match match in Unfinished().Matches(file.Text)
        select $"{file}: {match.Value}");

    [Fact]
    public void Product_SilencesNoWarning() => Assert.DoesNotContain(SourceFile.All, f => Silenced().IsMatch(f.Code));

    [GeneratedRegex("(Manager|Helper|Helpers|Utils|Util|Utilities|Common|Misc)$")]
    private static partial Regex VagueName();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|/home/|/root/|/work/|C:\\Users")]
    private static partial Regex Unfinished();

    [GeneratedRegex("#pragma warning disable|SuppressMessage|#nullable disable")]
    private static partial Regex Silenced();
}
