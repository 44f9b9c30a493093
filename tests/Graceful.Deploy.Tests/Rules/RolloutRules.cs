using System.Globalization;

namespace Graceful.Deploy.Tests.Rules;

/// <summary>A roll and a node drain always leave enough instances.</summary>
internal static class RolloutRules
{
    public static IEnumerable<string> Check(Deployed deployed)
    {
        var spec = deployed.Deployment.Spec;
        var replicas = spec.Replicas ?? 1;
        if (replicas < 2)
        {
            yield return $"replicas: {replicas} leaves nobody when one goes";
        }

        if (spec.Strategy is not { Type: "RollingUpdate", RollingUpdate: { } rolling })
        {
            yield return "strategy: not a RollingUpdate";
            yield break;
        }

        if (rolling.MaxUnavailable?.Value is not ("0" or "0%"))
        {
            yield return $"maxUnavailable: {rolling.MaxUnavailable?.Value ?? "25% by default"} takes instances away before new ones are ready";
        }

        if (!int.TryParse(rolling.MaxSurge?.Value, CultureInfo.InvariantCulture, out var surge) || surge < 1)
        {
            yield return $"maxSurge: {rolling.MaxSurge?.Value} leaves the roll no room";
        }

        var startup = (deployed.Container.StartupProbe?.PeriodSeconds ?? 10) * (deployed.Container.StartupProbe?.FailureThreshold ?? 3);
        if (spec.ProgressDeadlineSeconds is { } deadline && deadline <= startup + (spec.MinReadySeconds ?? 0))
        {
            yield return $"progressDeadlineSeconds: {deadline} s is over before one instance can have started";
        }

        if (!int.TryParse(deployed.DisruptionBudget.Spec.MinAvailable?.Value, CultureInfo.InvariantCulture, out var minAvailable))
        {
            yield return "minAvailable: not a number of pods";
        }
        else if (minAvailable >= replicas)
        {
            yield return $"minAvailable: {minAvailable} of {replicas} pods: no node could ever be drained";
        }
        else if (minAvailable < 1)
        {
            yield return "minAvailable: 0 allows all pods to be evicted together";
        }
    }
}
