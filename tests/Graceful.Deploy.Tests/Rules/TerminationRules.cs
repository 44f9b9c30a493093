using k8s.Models;

namespace Graceful.Deploy.Tests.Rules;

/// <summary>Leaving must fit into the time Kubernetes gives.</summary>
internal static class TerminationRules
{
    /// <summary>For the process to start its drain and to be gone after it.</summary>
    private const int Slack = 2;

    public static IEnumerable<string> Check(Deployed deployed)
    {
        var drain = deployed.Options.Drain;
        var grace = deployed.Pod.TerminationGracePeriodSeconds;
        var preStop = PreStopSeconds(deployed.Container.Lifecycle?.PreStop);
        if (preStop is null)
        {
            yield return "preStop: how long this hook takes cannot be told";
        }
        else if (grace is null || grace < preStop + drain.Budget.TotalSeconds + Slack)
        {
            yield return $"terminationGracePeriodSeconds: {grace} is less than preStop {preStop} + Budget {drain.Budget.TotalSeconds} + {Slack}";
        }

        if (drain.Readiness != DrainReadiness.KeepServing)
        {
            yield return "Readiness: kube-proxy uses a terminating pod in need only while it is ready (KeepServing)";
        }

        if (drain.MinimumPropagation < drain.PropagationDelay)
        {
            yield return "MinimumPropagation: an early exit may come before every node has heard";
        }

        if (!deployed.Options.Enabled)
        {
            yield return "Enabled: Graceful is switched off";
        }

        if (deployed.Options.Probes.Drain.Enabled)
        {
            yield return "Probes:Drain: the endpoint is open, and nothing here calls it";
        }
    }

    // A call of /drain counts inside the budget: the SIGTERM that follows joins the drain that runs.
    private static long? PreStopSeconds(V1LifecycleHandler? preStop) => preStop switch
    {
        null => 0,
        { Sleep: { } sleep } => sleep.Seconds,
        { HttpGet.Path: "/drain" } => 0,
        _ => null,
    };
}
