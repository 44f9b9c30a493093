using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using YamlDotNet.RepresentationModel;

namespace Graceful.Deploy.Tests;

/// <summary>The numbers of the manifests and the numbers that docs/kubernetes.md explains.</summary>
internal static partial class Documentation
{
    /// <summary>The rows of the page's tables: setting (the end of its path) and value.</summary>
    public static IReadOnlyList<(string Key, string Value)> Explained(string page) =>
        [.. Row().Matches(page).Select(row => (row.Groups["key"].Value, row.Groups["value"].Value))];

    /// <summary>Every number, quantity and duration of a manifest, by its path; a list item goes by its name where it has one.</summary>
    public static IEnumerable<(string Path, string Value)> Numbers(string manifest)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(manifest));
        return Leaves(yaml.Documents.Single().RootNode, "").Where(leaf => Number().IsMatch(leaf.Value));
    }

    /// <summary>Every number and duration of the section Graceful of a settings file.</summary>
    public static IEnumerable<(string Path, string Value)> Settings(Stream json) =>
        new ConfigurationBuilder().AddJsonStream(json).Build().GetSection(GracefulOptions.SectionName).AsEnumerable()
            .Where(setting => setting.Value is not null && Number().IsMatch(setting.Value))
            .Select(setting => (setting.Key, setting.Value!));

    public static bool IsEndOf(string key, string path) => path == key || path.EndsWith("." + key, StringComparison.Ordinal);

    private static IEnumerable<(string Path, string Value)> Leaves(YamlNode node, string path) => node switch
    {
        YamlMappingNode map => map.Children.SelectMany(child => Leaves(child.Value, $"{path}.{child.Key}")),
        YamlSequenceNode list => list.Children.SelectMany((child, i) =>
            Leaves(child, $"{path}.{NameOf(child) ?? i.ToString(CultureInfo.InvariantCulture)}")),
        YamlScalarNode { Value: { } value } => [(path.EndsWith(".value", StringComparison.Ordinal) ? path[..^".value".Length] : path, value)],
        _ => [],
    };

    private static string? NameOf(YamlNode item) =>
        item is YamlMappingNode map && map.Children.TryGetValue("name", out var name) ? ((YamlScalarNode)name).Value : null;

    [GeneratedRegex(@"^\| `(?<key>[^`]+)` \| `(?<value>[^`]+)` \| \S", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^\d+(%|m|Ki|Mi|Gi)?$|^\d\d:\d\d:\d\d$")]
    private static partial Regex Number();
}
