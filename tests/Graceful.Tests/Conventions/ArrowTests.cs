namespace Graceful.Tests;

/// <summary>Which folder may know which. An arrow that is not here is not meant: add it on purpose, or turn the dependency round.</summary>
public class ArrowTests
{
    private const string Anybody = "";

    /// <summary>What the root of a package holds (GracefulOptions, which is made of every feature's options) may be used by all.</summary>
    private static readonly Dictionary<(string Package, string Folder), (string Package, string Folder)[]> Allowed = new()
    {
        [("Graceful", "Lifecycle")] = [],
        [("Graceful", "Diagnostics")] = [],
        [("Graceful", "Draining")] = [("Graceful", "Lifecycle"), ("Graceful", "Diagnostics")],
        [("Graceful", "Probes")] = [("Graceful", "Lifecycle"), ("Graceful", "Draining"), ("Graceful", "Diagnostics")],

        // One subject in two folders: who is alive (Fleet), and what they may write (Compatibility). Each is told by the other.
        [("Graceful", "Fleet")] = [("Graceful", "Compatibility"), ("Graceful", "Lifecycle"), ("Graceful", "Probes"), ("Graceful", "Diagnostics"), ("Graceful", "KeyRing")],
        [("Graceful", "Compatibility")] = [("Graceful", "Fleet")],
        [("Graceful", "Sessions")] = [],
        [("Graceful", "KeyRing")] = [],
        [("Graceful.AspNetCore", "Sessions")] =
            [("Graceful", "Sessions"), ("Graceful", "Lifecycle"), ("Graceful", "Compatibility"), ("Graceful", "Draining"), ("Graceful", "Diagnostics"), ("Graceful.AspNetCore", "Draining"), ("Graceful.AspNetCore", "Compatibility")],
        [("Graceful.AspNetCore", "Circuits")] = [("Graceful", "Draining"), ("Graceful.AspNetCore", "Draining")],
        [("Graceful.AspNetCore", "KeyRing")] = [("Graceful", "KeyRing"), ("Graceful", "Lifecycle"), ("Graceful", "Probes"), ("Graceful", "Fleet")],
        [("Graceful.Redis", "Sessions")] = [("Graceful", "Sessions")],
        [("Graceful.Redis", "KeyRing")] = [("Graceful", "KeyRing")],
        [("Graceful.AspNetCore", "Draining")] = [("Graceful", "Lifecycle"), ("Graceful", "Draining"), ("Graceful", "Probes")],
        [("Graceful.AspNetCore", "Probes")] =
        [
            ("Graceful", "Lifecycle"), ("Graceful", "Draining"), ("Graceful", "Probes"), ("Graceful", "Fleet"), ("Graceful", "Compatibility"),
            ("Graceful.AspNetCore", "Draining"),
        ],
        [("Graceful.AspNetCore", "Compatibility")] =
            [("Graceful", "Fleet"), ("Graceful", "Compatibility"), ("Graceful.AspNetCore", "Draining"), ("Graceful.AspNetCore", "Probes")],
        [("Graceful.Redis", "Fleet")] = [("Graceful", "Fleet"), ("Graceful", "Compatibility")],
    };

    public static TheoryData<string, string> Features => [.. Allowed.Keys.Select(k => (k.Package, k.Folder))];

    [Theory]
    [MemberData(nameof(Features))]
    public void Feature_UsesTypes_OnlyOfFoldersItMayKnow(string package, string folder)
    {
        var owners = SourceFile.All.SelectMany(f => f.Types.Select(t => (Type: t, f.Package, f.Folder))).ToLookup(t => t.Type);

        var strangers =
            from file in SourceFile.All
            where (file.Package, file.Folder) == (package, folder)
            from word in file.Words
            from owner in owners[word]
            where (owner.Package, owner.Folder) != (package, folder) && owner.Folder != Anybody
            where !Allowed[(package, folder)].Contains((owner.Package, owner.Folder))
            select $"{file} uses {word} of {owner.Package}/{owner.Folder}";

        Assert.Empty(strangers.Distinct());
    }

    [Fact]
    public void Folders_AreAllKnown() => Assert.Empty(
        SourceFile.All.Select(f => (f.Package, f.Folder)).Distinct().Where(f => f.Folder is not (Anybody or "DependencyInjection")).Except(Allowed.Keys));

    [Fact]
    public void DependencyInjection_IsUsedByNoFeature() => Assert.DoesNotContain(Allowed.Values, a => a.Any(f => f.Folder == "DependencyInjection"));

    [Fact]
    public void Types_HaveOneHomeEach()
    {
        // Else the scan above could not tell whose type a name is. A partial type has several files in one folder.
        var homes = SourceFile.All.SelectMany(f => f.Types.Select(t => (Type: t, Home: $"{f.Package}/{f.Folder}"))).Distinct().GroupBy(t => t.Type);

        Assert.Empty(homes.Where(h => h.Count() > 1).Select(h => $"{h.Key}: {string.Join(", ", h.Select(t => t.Home))}"));
    }

    [Theory]
    [InlineData("InstanceLifecycle", "Lifecycle")]
    [InlineData("TrafficSnapshot", "Draining")]
    [InlineData("ProbeKind", "Probes")]
    [InlineData("GracefulMetrics", "Diagnostics")]
    [InlineData("IFleet", "Fleet")]
    [InlineData("ContractMachine", "Compatibility")]
    public void Scan_FindsTheTypes(string type, string folder) => Assert.Contains(SourceFile.All, f => f.Folder == folder && f.Types.Contains(type));
}
