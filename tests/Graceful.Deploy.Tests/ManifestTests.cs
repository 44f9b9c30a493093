using Graceful.Deploy.Tests.Rules;
using Microsoft.Extensions.Options;
using YamlDotNet.Core;

namespace Graceful.Deploy.Tests;

public sealed class ManifestTests
{
    [Fact]
    public void Manifests_AsTheyAre_KeepEveryRule() => Assert.Empty(AllRules.Check(Deployed.Load()));

    [Fact]
    public void Manifests_AsTheyAre_AreOfTheExpectedKinds()
    {
        var deployed = Deployed.Load();
        Assert.Equal(("apps/v1", "Deployment"), (deployed.Deployment.ApiVersion, deployed.Deployment.Kind));
        Assert.Equal(("v1", "Service"), (deployed.Service.ApiVersion, deployed.Service.Kind));
        Assert.Equal(("policy/v1", "PodDisruptionBudget"), (deployed.DisruptionBudget.ApiVersion, deployed.DisruptionBudget.Kind));
    }

    /// <summary>Each of these edits breaks one thing, and must be reported: a rule that cannot fail holds nothing.</summary>
    [Theory]
    [InlineData("deployment.yaml", "terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: 26", "terminationGracePeriodSeconds")]
    [InlineData("deployment.yaml", "      terminationGracePeriodSeconds: 30\n", "", "terminationGracePeriodSeconds")]
    [InlineData("appsettings.json", "\"Budget\": \"00:00:25\"", "\"Budget\": \"00:00:29\"", "terminationGracePeriodSeconds")]
    [InlineData("deployment.yaml", "          startupProbe:", "          lifecycle: { preStop: { sleep: { seconds: 5 } } }\n          startupProbe:", "preStop 5")]
    [InlineData("deployment.yaml", "          startupProbe:", "          lifecycle: { preStop: { exec: { command: [x] } } }\n          startupProbe:", "preStop")]
    [InlineData("deployment.yaml", "value: KeepServing", "value: FailNow", "Readiness")]
    [InlineData("deployment.yaml", "value: \"00:00:05\"", "value: \"00:00:02\"", "MinimumPropagation")]
    [InlineData("appsettings.json", "\"Graceful\": {", "\"Graceful\": { \"Enabled\": false,", "Enabled")]
    [InlineData("appsettings.json", "\"Probes\": {", "\"Probes\": { \"Drain\": { \"Enabled\": true },", "Probes:Drain")]
    [InlineData("deployment.yaml", "containerPort: 9090", "containerPort: 9091", "probe port")]
    [InlineData("appsettings.json", "\"Port\": 9090", "\"Port\": 9191", "probe port")]
    [InlineData("deployment.yaml", "path: /readyz", "path: /livez", "readinessProbe: asks")]
    [InlineData("deployment.yaml", "path: /startupz\n              port: probes", "path: /startupz\n              port: http", "startupProbe: asks port")]
    [InlineData("deployment.yaml", "          livenessProbe:\n            httpGet:", "          livenessProbe:\n            tcpSocket:", "livenessProbe: missing", "              path: /livez\n", "")]
    [InlineData("deployment.yaml", "failureThreshold: 60", "failureThreshold: 3", "startupProbe: 3 s")]
    [InlineData("deployment.yaml", "periodSeconds: 2\n", "periodSeconds: 30\n", "readinessProbe: a broken instance")]
    [InlineData("deployment.yaml", "periodSeconds: 10\n", "periodSeconds: 3\n", "livenessProbe: an instance would be restarted")]
    [InlineData("deployment.yaml", "timeoutSeconds: 2", "timeoutSeconds: 20", "livenessProbe: its timeout")]
    [InlineData("deployment.yaml", "maxUnavailable: 0", "maxUnavailable: 1", "maxUnavailable")]
    [InlineData("deployment.yaml", "      maxUnavailable: 0\n", "", "maxUnavailable")]
    [InlineData("deployment.yaml", "maxSurge: 1", "maxSurge: 0", "maxSurge")]
    [InlineData("deployment.yaml", "type: RollingUpdate\n    rollingUpdate:", "type: Recreate\n    rollingUpdate:", "strategy")]
    [InlineData("deployment.yaml", "replicas: 3", "replicas: 1", "replicas")]
    [InlineData("deployment.yaml", "progressDeadlineSeconds: 300", "progressDeadlineSeconds: 60", "progressDeadlineSeconds")]
    [InlineData("pdb.yaml", "minAvailable: 2", "minAvailable: 3", "minAvailable")]
    [InlineData("pdb.yaml", "minAvailable: 2", "minAvailable: 0", "minAvailable")]
    [InlineData("pdb.yaml", "      app.kubernetes.io/name: shop", "      app: shop", "selector: PodDisruptionBudget")]
    [InlineData("service.yaml", "    app.kubernetes.io/name: shop\n  ports", "    app.kubernetes.io/name: shopp\n  ports", "selector: Service")]
    [InlineData("deployment.yaml", "    metadata:\n      labels:\n        app.kubernetes.io/name: shop", "    metadata:\n      labels:\n        app: shop", "selector: Deployment")]
    [InlineData("service.yaml", "targetPort: http", "targetPort: web", "Service: targetPort")]
    [InlineData("service.yaml", "targetPort: http", "targetPort: probes", "publishes the probe port")]
    [InlineData("deployment.yaml", "containerPort: 8080", "containerPort: 80", "main port")]
    [InlineData("kustomization.yaml", "  - pdb.yaml\n", "", "kustomization: lists")]
    [InlineData("kustomization.yaml", "newTag: 1.0.0", "newTag: latest", "gets no tag")]
    [InlineData("deployment.yaml", "image: graceful-shop", "image: shop", "gets no tag")]
    [InlineData("deployment.yaml", "runAsNonRoot: true", "runAsNonRoot: false", "non-root")]
    [InlineData("deployment.yaml", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "read-only root")]
    [InlineData("deployment.yaml", "                - ALL", "                - NET_RAW", "drop all")]
    [InlineData("deployment.yaml", "mountPath: /tmp", "mountPath: /temp", "/tmp")]
    [InlineData("deployment.yaml", "automountServiceAccountToken: false", "automountServiceAccountToken: true", "automountServiceAccountToken")]
    [InlineData("deployment.yaml", "            limits:\n              memory: 256Mi\n", "", "resources")]
    [InlineData("deployment.yaml", "value: shop-redis:6379", "value: redis:6379", "Redis is at")]
    [InlineData("redis-service.yaml", "selector:\n    app.kubernetes.io/name: shop-redis", "selector:\n    app.kubernetes.io/name: shop", "does not select its pod")]
    [InlineData("redis-service.yaml", "targetPort: redis", "targetPort: http", "redis: the Service")]
    [InlineData("redis-deployment.yaml", "replicas: 1", "replicas: 2", "half of the truth")]
    [InlineData("redis-deployment.yaml", "noeviction", "allkeys-lru", "evicts leases")]
    [InlineData("redis-deployment.yaml", "runAsNonRoot: true", "runAsNonRoot: false", "redis: must not")]
    [InlineData("deployment.yaml", "- name: ASPNETCORE_HTTP_PORTS", "- name: Api__Token\n              value: abc\n            - name: ASPNETCORE_HTTP_PORTS", "in the clear")]
    public void Rules_BrokenManifest_Report(
        string file, string find, string replacement, string report, string alsoFind = "", string alsoReplacement = "")
    {
        var deployed = Deployed.Load((name, text) => name == file ? Edit(Edit(text, find, replacement), alsoFind, alsoReplacement) : text);
        Assert.Contains(AllRules.Check(deployed), fault => fault.Contains(report, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("deployment.yaml", "terminationGracePeriodSeconds: 30", "terminationGracePeriod: 30")]
    [InlineData("deployment.yaml", "failureThreshold: 60", "failureTreshold: 60")]
    [InlineData("deployment.yaml", "replicas: 3", "replicas: three")]
    [InlineData("service.yaml", "targetPort: http", "target: http")]
    [InlineData("pdb.yaml", "minAvailable: 2", "minAvailabel: 2")]
    [InlineData("kustomization.yaml", "resources:", "resource:")]
    public void Load_UnknownFieldOrWrongType_Throws(string file, string find, string replacement) =>
        Assert.ThrowsAny<YamlException>(() => Deployed.Load((name, text) => name == file ? Edit(text, find, replacement) : text));

    [Theory]
    [InlineData("deployment.yaml", "Graceful__Drain__Readiness", "Graceful__Drain__Readyness")]
    [InlineData("deployment.yaml", "value: KeepServing", "value: KeepOn")]
    [InlineData("appsettings.json", "\"Budget\": \"00:00:25\"", "\"Budget\": \"00:00:10\"")]
    [InlineData("appsettings.json", "\"orders\"", "\"ordres\"")]
    public void Load_SettingsTheLibraryRejects_Throws(string file, string find, string replacement) =>
        Assert.Throws<OptionsValidationException>(() => Deployed.Load((name, text) => name == file ? Edit(text, find, replacement) : text));

    private static string Edit(string text, string find, string replacement)
    {
        if (find.Length == 0)
        {
            return text;
        }

        Assert.Contains(find, text, StringComparison.Ordinal); // else the edit would test nothing
        return text.Replace(find, replacement, StringComparison.Ordinal);
    }
}
