using System.Text;

namespace Graceful.Deploy.Tests;

public sealed class DocumentationTests
{
    private static readonly string[] Manifests = ["deployment.yaml", "service.yaml", "pdb.yaml", "redis-deployment.yaml", "redis-service.yaml"];

    [Fact]
    public void KubernetesPage_EveryNumberOfTheManifests_IsExplained()
    {
        var explained = Documentation.Explained(Repository.Read("docs/kubernetes.md"));
        Assert.DoesNotContain(All(Repository.Read), number => !IsExplained(explained, number));
    }

    [Fact]
    public void KubernetesPage_EveryExplainedNumber_IsStillThere()
    {
        var numbers = All(Repository.Read).ToList();
        var explained = Documentation.Explained(Repository.Read("docs/kubernetes.md"));
        Assert.DoesNotContain(explained, row => !numbers.Any(number => IsExplained([row], number)));
    }

    [Theory]
    [InlineData("deployment.yaml", "failureThreshold: 60", "failureThreshold: 61", "startupProbe.failureThreshold", "61")]
    [InlineData("deployment.yaml", "memory: 256Mi", "memory: 257Mi", "limits.memory", "257Mi")]
    [InlineData("deployment.yaml", "\"00:00:05\"", "\"00:00:06\"", "Graceful__Drain__MinimumPropagation", "00:00:06")]
    [InlineData("service.yaml", "port: 80", "port: 81", "port", "81")]
    [InlineData("appsettings.json", "00:00:25", "00:00:26", "Graceful:Drain:Budget", "00:00:26")]
    public void KubernetesPage_ChangedNumber_IsNotExplained(string file, string find, string replacement, string key, string value)
    {
        var explained = Documentation.Explained(Repository.Read("docs/kubernetes.md"));
        var numbers = All(name => name.EndsWith(file, StringComparison.Ordinal)
            ? Repository.Read(name).Replace(find, replacement, StringComparison.Ordinal)
            : Repository.Read(name));
        var missing = Assert.Single(numbers, number => !IsExplained(explained, number));
        Assert.True(Documentation.IsEndOf(key, missing.Path), missing.Path);
        Assert.Equal(value, missing.Value);
    }

    private static IEnumerable<(string Path, string Value)> All(Func<string, string> read)
    {
        using var settings = new MemoryStream(Encoding.UTF8.GetBytes(read("samples/Shop/appsettings.json")));
        return
        [
            .. Manifests.SelectMany(name => Documentation.Numbers(read($"deploy/kubernetes/{name}"))),
            .. Documentation.Settings(settings),
        ];
    }

    private static bool IsExplained(IReadOnlyList<(string Key, string Value)> explained, (string Path, string Value) number) =>
        explained.Any(row => Documentation.IsEndOf(row.Key, number.Path) && row.Value == number.Value);
}
