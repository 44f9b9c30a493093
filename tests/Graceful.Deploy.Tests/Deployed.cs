using k8s;
using k8s.Models;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Graceful.Deploy.Tests;

/// <summary>The folder deploy/kubernetes, read strictly: an unknown field is an error, as is a wrong type.</summary>
internal sealed class Deployed
{
    private const string Folder = "deploy/kubernetes";

    private Deployed(IReadOnlyDictionary<string, string> files, string appSettings)
    {
        FileNames = [.. files.Keys];
        Kustomization = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build()
            .Deserialize<Kustomization>(files["kustomization.yaml"]);
        Deployment = KubernetesYaml.Deserialize<V1Deployment>(files["deployment.yaml"], strict: true);
        Service = KubernetesYaml.Deserialize<V1Service>(files["service.yaml"], strict: true);
        DisruptionBudget = KubernetesYaml.Deserialize<V1PodDisruptionBudget>(files["pdb.yaml"], strict: true);
        Redis = KubernetesYaml.Deserialize<V1Deployment>(files["redis-deployment.yaml"], strict: true);
        RedisService = KubernetesYaml.Deserialize<V1Service>(files["redis-service.yaml"], strict: true);
        Options = EffectiveOptions.Read(appSettings, Container.Env ?? []);
    }

    public IReadOnlyList<string> FileNames { get; }

    public Kustomization Kustomization { get; }

    public V1Deployment Deployment { get; }

    public V1Service Service { get; }

    public V1PodDisruptionBudget DisruptionBudget { get; }

    public V1Deployment Redis { get; }

    public V1Service RedisService { get; }

    /// <summary>What Graceful reads in that container: appsettings.json under the container's environment.</summary>
    public GracefulOptions Options { get; }

    public V1PodSpec Pod => Deployment.Spec.Template.Spec;

    public V1Container Container => Pod.Containers.Single();

    public static Deployed Load() => Load((_, text) => text);

    /// <summary>As <see cref="Load()"/>, with every file passed through <paramref name="edit"/> (name, text) first.</summary>
    public static Deployed Load(Func<string, string, string> edit) => new(
        Repository.FileNames(Folder).ToDictionary(name => name, name => edit(name, Repository.Read($"{Folder}/{name}"))),
        edit("appsettings.json", Repository.Read("samples/Shop/appsettings.json")));
}

/// <summary>The part of a kustomization this repository uses. The Kubernetes client has no model of it.</summary>
internal sealed class Kustomization
{
    public string ApiVersion { get; set; } = "";

    public string Kind { get; set; } = "";

    public List<string> Resources { get; set; } = [];

    public List<KustomizationImage> Images { get; set; } = [];
}

internal sealed class KustomizationImage
{
    public string Name { get; set; } = "";

    public string NewTag { get; set; } = "";
}
