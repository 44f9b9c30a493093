namespace Graceful.Deploy.Tests.Rules;

/// <summary>What the "restricted" pod security standard asks for, and limits.</summary>
internal static class SecurityRules
{
    private static readonly string[] SecretWords = ["token", "password", "secret"];

    public static IEnumerable<string> Check(Deployed deployed)
    {
        var pod = deployed.Pod.SecurityContext;
        if (pod is not { RunAsNonRoot: true, RunAsUser: > 0, SeccompProfile.Type: "RuntimeDefault" })
        {
            yield return "securityContext: the pod must run as a non-root user with seccomp RuntimeDefault";
        }

        var container = deployed.Container.SecurityContext;
        if (container is not { AllowPrivilegeEscalation: false, ReadOnlyRootFilesystem: true }
            || container.Capabilities?.Drop?.Contains("ALL") != true)
        {
            yield return "securityContext: the container must drop all capabilities, with a read-only root and no escalation";
        }

        if (deployed.Container.VolumeMounts?.Any(mount => mount.MountPath == "/tmp") != true)
        {
            yield return "volumeMounts: with a read-only root, .NET needs a writable /tmp";
        }

        if (deployed.Pod.AutomountServiceAccountToken != false)
        {
            yield return "automountServiceAccountToken: the app does not talk to the API server";
        }

        var resources = deployed.Container.Resources;
        if (resources?.Requests?.ContainsKey("cpu") != true
            || !resources.Requests.ContainsKey("memory")
            || resources.Limits?.ContainsKey("memory") != true)
        {
            yield return "resources: requests for cpu and memory and a limit for memory are needed";
        }

        foreach (var variable in deployed.Container.Env ?? [])
        {
            if (variable.Value is not null && SecretWords.Any(word => variable.Name.Contains(word, StringComparison.OrdinalIgnoreCase)))
            {
                yield return $"env: {variable.Name} holds a secret in the clear";
            }
        }
    }
}
