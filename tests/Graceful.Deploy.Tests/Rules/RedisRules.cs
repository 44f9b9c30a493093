namespace Graceful.Deploy.Tests.Rules;

/// <summary>The pods know each other from one Redis, and find it.</summary>
internal static class RedisRules
{
    private const string Key = "Graceful__Redis__Configuration";

    public static IEnumerable<string> Check(Deployed deployed)
    {
        var service = deployed.RedisService;
        var port = service.Spec.Ports.Single();
        var address = $"{service.Metadata.Name}:{port.Port}";
        var configured = deployed.Container.Env?.SingleOrDefault(v => v.Name == Key)?.Value;
        if (configured != address)
        {
            yield return $"{Key}: {configured ?? "not set"}, but Redis is at {address}";
        }

        var pod = deployed.Redis.Spec.Template;
        if (!service.Spec.Selector.All(want => pod.Metadata.Labels.TryGetValue(want.Key, out var value) && value == want.Value)
            || !deployed.Redis.Spec.Selector.MatchLabels.All(want => pod.Metadata.Labels.TryGetValue(want.Key, out var value) && value == want.Value))
        {
            yield return "redis: a selector does not select its pod";
        }

        var container = pod.Spec.Containers.Single();
        if (container.Ports.SingleOrDefault(p => p.Name == port.TargetPort?.Value)?.ContainerPort != port.Port)
        {
            yield return $"redis: the Service's targetPort '{port.TargetPort?.Value}' is no port of the container";
        }

        if (deployed.Redis.Spec is not { Replicas: 1, Strategy.Type: "Recreate" })
        {
            yield return "redis: two of them would each hold half of the truth";
        }

        if (!container.Args.SkipWhile(a => a != "--maxmemory-policy").Skip(1).Take(1).SequenceEqual(["noeviction"]))
        {
            yield return "redis: evicts leases";
        }

        if (pod.Spec.SecurityContext is not { RunAsNonRoot: true, RunAsUser: > 0 }
            || container.SecurityContext is not { AllowPrivilegeEscalation: false, ReadOnlyRootFilesystem: true }
            || container.Resources?.Limits?.ContainsKey("memory") != true)
        {
            yield return "redis: must not be root, write to its image, or take all memory";
        }
    }
}
