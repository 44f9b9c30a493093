using System.Xml.Linq;

namespace Graceful.Tests;

/// <summary>What each package may reference.</summary>
public class PackageTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Graceful"] =
        [
            "PackageReference Microsoft.Extensions.Diagnostics.HealthChecks", "PackageReference Microsoft.Extensions.Hosting",
            "PackageReference Microsoft.Extensions.Hosting.Systemd",
        ],
        ["Graceful.AspNetCore"] = ["FrameworkReference Microsoft.AspNetCore.App", "ProjectReference ../Graceful/Graceful.csproj"],
        ["Graceful.Redis"] = ["PackageReference StackExchange.Redis", "ProjectReference ../Graceful/Graceful.csproj"],
    };

    public static TheoryData<string> Packages => [.. Directory.EnumerateDirectories(Path.Combine(SourceFile.Root, "src")).Select(d => Path.GetFileName(d)).Where(HasProject)];

    [Theory]
    [MemberData(nameof(Packages))]
    public void Package_References_WhatItMay(string package) =>
        Assert.Equal(Allowed[package], Items(package, "PackageReference", "FrameworkReference", "ProjectReference").Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Packages))]
    public void Package_ShowsItsInternals_OnlyToTestsAndBenchmarks(string package) => Assert.All(
        Items(package, "InternalsVisibleTo"), i => Assert.True(i.EndsWith(".Tests", StringComparison.Ordinal) || i.EndsWith(".Benchmarks", StringComparison.Ordinal), i));

    [Fact]
    public void Graceful_Built_KnowsNoWebServer() => Assert.DoesNotContain(
        typeof(GracefulOptions).Assembly.GetReferencedAssemblies(), a => a.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

    private static bool HasProject(string package) => File.Exists(Project(package));

    private static string Project(string package) => Path.Combine(SourceFile.Root, "src", package, $"{package}.csproj");

    private static IEnumerable<string> Items(string package, params string[] kinds) =>
        from item in XDocument.Load(Project(package)).Descendants()
        where kinds.Contains(item.Name.LocalName)
        select $"{item.Name.LocalName} {item.Attribute("Include")!.Value}";
}
