namespace Graceful.Deploy.Tests.Rules;

/// <summary>Labels, ports and files that must find each other.</summary>
internal static class WiringRules
{
    public static IEnumerable<string> Check(Deployed deployed)
    {
        var labels = deployed.Deployment.Spec.Template.Metadata.Labels;
        (string Who, IDictionary<string, string>? Selector)[] selectors =
        [
            ("Deployment", deployed.Deployment.Spec.Selector.MatchLabels),
            ("Service", deployed.Service.Spec.Selector),
            ("PodDisruptionBudget", deployed.DisruptionBudget.Spec.Selector.MatchLabels),
            .. (deployed.Pod.TopologySpreadConstraints ?? []).Select(t => ("topologySpreadConstraints", t.LabelSelector?.MatchLabels)),
        ];
        foreach (var (who, selector) in selectors)
        {
            if (selector is not { Count: > 0 } || !selector.All(want => labels.TryGetValue(want.Key, out var value) && value == want.Value))
            {
                yield return $"selector: {who} does not select the pods of the template";
            }
        }

        var ports = deployed.Container.Ports ?? [];
        var main = ports.SingleOrDefault(p => p.Name == "http")?.ContainerPort;
        if (deployed.Container.Env?.SingleOrDefault(v => v.Name == "ASPNETCORE_HTTP_PORTS")?.Value != $"{main}")
        {
            yield return $"main port: the container port 'http' is {main}, the app listens elsewhere";
        }

        foreach (var port in deployed.Service.Spec.Ports)
        {
            var target = port.TargetPort?.Value;
            if (target == "probes" || target == $"{deployed.Options.Probes.Port}")
            {
                yield return "Service: publishes the probe port";
            }
            else if (!ports.Any(p => p.Name == target || $"{p.ContainerPort}" == target))
            {
                yield return $"Service: targetPort '{target}' is no port of the container";
            }
        }

        foreach (var fault in KustomizationFaults(deployed))
        {
            yield return fault;
        }
    }

    private static IEnumerable<string> KustomizationFaults(Deployed deployed)
    {
        var manifests = deployed.FileNames.Where(name => name != "kustomization.yaml").Order(StringComparer.Ordinal);
        if (!deployed.Kustomization.Resources.Order(StringComparer.Ordinal).SequenceEqual(manifests))
        {
            yield return $"kustomization: lists {string.Join(", ", deployed.Kustomization.Resources)}; there are {string.Join(", ", manifests)}";
        }

        if (deployed.Kustomization is not { ApiVersion: "kustomize.config.k8s.io/v1beta1", Kind: "Kustomization" })
        {
            yield return "kustomization: wrong apiVersion or kind";
        }

        if (deployed.Kustomization.Images.SingleOrDefault(image => image.Name == deployed.Container.Image) is not { NewTag: not ("" or "latest") })
        {
            yield return $"kustomization: the image '{deployed.Container.Image}' gets no tag of its own";
        }
    }
}
