using k8s.Models;

namespace Graceful.Deploy.Tests.Rules;

/// <summary>Every probe asks the probe listener, and none is more impatient than the app can be.</summary>
internal static class ProbeRules
{
    private const string PortName = "probes";

    public static IEnumerable<string> Check(Deployed deployed)
    {
        var container = deployed.Container;
        var port = container.Ports?.SingleOrDefault(p => p.Name == PortName)?.ContainerPort;
        if (port != deployed.Options.Probes.Port)
        {
            yield return $"probe port: the container port '{PortName}' is {port}, Graceful:Probes:Port is {deployed.Options.Probes.Port}";
        }

        IEnumerable<string> each =
        [
            .. One("startupProbe", "/startupz", container.StartupProbe),
            .. One("readinessProbe", "/readyz", container.ReadinessProbe),
            .. One("livenessProbe", "/livez", container.LivenessProbe),
        ];
        foreach (var fault in each)
        {
            yield return fault;
        }

        if (Window(container.StartupProbe) < 30)
        {
            yield return $"startupProbe: {Window(container.StartupProbe)} s are too short for a cold start on a busy node (30)";
        }

        if (Window(container.ReadinessProbe) > 10)
        {
            yield return $"readinessProbe: a broken instance gets traffic for {Window(container.ReadinessProbe)} s (at most 10)";
        }

        if (Window(container.LivenessProbe) < deployed.Options.Probes.Liveness.ThreadPoolLag.TotalSeconds + Window(container.ReadinessProbe))
        {
            yield return "livenessProbe: an instance would be restarted before readiness could take it out and it could recover";
        }
    }

    private static IEnumerable<string> One(string name, string path, V1Probe? probe)
    {
        if (probe?.HttpGet is not { } get)
        {
            yield return $"{name}: missing, or not an httpGet";
            yield break;
        }

        if (get.Path != path)
        {
            yield return $"{name}: asks {get.Path} instead of {path}";
        }

        if (get.Port.Value != PortName)
        {
            yield return $"{name}: asks port {get.Port.Value} instead of '{PortName}'";
        }

        if ((probe.TimeoutSeconds ?? 1) > (probe.PeriodSeconds ?? 10))
        {
            yield return $"{name}: its timeout is longer than its period";
        }
    }

    /// <summary>How long failures go on before Kubernetes acts, in seconds (its defaults: every 10 s, 3 times).</summary>
    private static int Window(V1Probe? probe) => (probe?.PeriodSeconds ?? 10) * (probe?.FailureThreshold ?? 3);
}
