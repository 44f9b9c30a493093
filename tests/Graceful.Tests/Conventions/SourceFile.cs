using System.Reflection;
using System.Text.RegularExpressions;

namespace Graceful.Tests;

/// <summary>One C# file of the product, as text.</summary>
internal sealed partial record SourceFile(string Path, string Package, string Folder, string Text)
{
    public static readonly string Root =
        typeof(SourceFile).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    /// <summary>Every file below <c>src</c>.</summary>
    public static readonly IReadOnlyList<SourceFile> All = [.. Read("src")];

    /// <summary>The text without comments and without what stands in quotes.</summary>
    public string Code { get; } = Quoted().Replace(Comment().Replace(Text, ""), "\"\"");

    /// <summary>The types declared at the top level; nested ones are nobody else's business.</summary>
    public IEnumerable<string> Types => TopLevelType().Matches(Code).Select(m => m.Groups[1].Value);

    /// <summary>Every word that could be the name of a type.</summary>
    public IReadOnlySet<string> Words => Word().Matches(Code).Select(m => m.Value).ToHashSet(StringComparer.Ordinal);

    public override string ToString() => Path;

    public static IEnumerable<SourceFile> Read(string below) =>
        from file in Directory.EnumerateFiles(System.IO.Path.Combine(Root, below), "*.cs", SearchOption.AllDirectories)
        let path = System.IO.Path.GetRelativePath(Root, file).Replace('\\', '/')
        let parts = path.Split('/')
        where !parts.Contains("obj") && !parts.Contains("bin")
        orderby path
        select new SourceFile(path, parts[1], parts.Length > 3 ? parts[2] : "", File.ReadAllText(file));

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex("""
        "(?:\\.|[^"\\])*"
        """)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^(?:public|internal)\s+(?:(?:static|sealed|abstract|partial|readonly|ref|unsafe)\s+)*(?:class|record\s+struct|record|struct|interface|enum)\s+(\w+)", RegexOptions.Multiline)]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"\b[A-Z]\w+")]
    private static partial Regex Word();
}
