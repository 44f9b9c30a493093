using System.Globalization;
using System.Text.RegularExpressions;

namespace Graceful.Deploy.Tests;

/// <summary>The image and the pod must mean the same ports, user and version.</summary>
public sealed partial class ContainerTests
{
    private readonly string _dockerfile = Repository.Read("samples/Shop/Dockerfile");
    private readonly string _project = Repository.Read("samples/Shop/Shop.csproj");
    private readonly Deployed _deployed = Deployed.Load();

    [Fact]
    public void Dockerfile_Ports_AreThoseOfThePod()
    {
        var ports = _deployed.Container.Ports.Select(port => port.ContainerPort).Order().ToList();
        Assert.Equal(ports, Exposed().Match(_dockerfile).Groups["port"].Captures.Select(port => int.Parse(port.Value, CultureInfo.InvariantCulture)));
        Assert.Equal(
            ports,
            ContainerPort().Matches(_project).Select(port => int.Parse(port.Groups["port"].Value, CultureInfo.InvariantCulture)).Order());
    }

    [Fact]
    public void Dockerfile_LastStage_IsSmallAndNotRoot()
    {
        var last = _dockerfile[_dockerfile.LastIndexOf("\nFROM ", StringComparison.Ordinal)..];
        Assert.Contains("-chiseled\n", last, StringComparison.Ordinal);
        Assert.Contains("\nUSER $APP_UID\n", last, StringComparison.Ordinal);
        Assert.Contains("\nENTRYPOINT [", last, StringComparison.Ordinal); // the exec form: process 1 gets the signal
    }

    [Fact]
    public void Kustomization_Image_IsWhatTheProjectPublishes()
    {
        Assert.Contains($"<ContainerRepository>{_deployed.Container.Image}</ContainerRepository>", _project, StringComparison.Ordinal);
        Assert.Contains($"graceful-shop:{_deployed.Kustomization.Images.Single().NewTag} ", _dockerfile, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^EXPOSE( (?<port>\d+))+$", RegexOptions.Multiline)]
    private static partial Regex Exposed();

    [GeneratedRegex("<ContainerPort Include=\"(?<port>\\d+)\"")]
    private static partial Regex ContainerPort();
}
