using System.Text.Json;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Graceful.AspNetCore.Tests.Probes;

/// <summary>Registrations made for <c>MapHealthChecks</c> work unchanged.</summary>
public class HealthCheckTests
{
    private readonly int _port = ProbePort.Next();

    [Theory]
    [InlineData(null, HealthStatus.Unhealthy, 200, 503, 200)]
    [InlineData("other", HealthStatus.Unhealthy, 200, 503, 200)]
    [InlineData("ready", HealthStatus.Unhealthy, 200, 503, 200)]
    [InlineData("live", HealthStatus.Unhealthy, 200, 200, 503)]
    [InlineData("startup", HealthStatus.Unhealthy, 503, 200, 200)]
    [InlineData(null, HealthStatus.Degraded, 200, 200, 200)]
    [InlineData(null, HealthStatus.Healthy, 200, 200, 200)]
    public async Task Check_FailsTheProbeItsTagNames(string? tag, HealthStatus status, int startup, int readiness, int liveness)
    {
        var runs = 0;
        await using var test = await StartAsync(
            check =>
            {
                runs++;
                return new HealthCheckResult(status);
            },
            tag);
        await Eventually.True(() => runs > 0, "a run of the check");

        using var probes = Client();
        await Eventually.True(async () => await AllAsync(probes) == (startup, readiness, liveness), $"{startup}, {readiness}, {liveness}");
    }

    [Theory]
    [InlineData(DependencyClass.Local, 503, "Unhealthy")]
    [InlineData(DependencyClass.Shared, 200, "Degraded")]
    [InlineData(DependencyClass.Optional, 200, "Degraded")]
    public async Task Check_OfAClass_TakesReadinessOrNot(DependencyClass of, int readiness, string shown)
    {
        await using var test = await StartAsync(
            _ => HealthCheckResult.Unhealthy("down"), null, o => o.Probes.Checks["own"] = new ProbeCheckOptions { Class = of });
        using var probes = Client();
        await Eventually.True(async () => (await VerboseAsync(probes)).Status != "Unknown", "a run of the check");

        var check = await VerboseAsync(probes);

        Assert.Equal((shown, of.ToString(), "down"), (check.Status, check.Class, check.Description));
        using var response = await probes.GetAsync("/readyz");
        Assert.Equal(readiness, (int)response.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ExceptionText_IsShownOnlyWhenAskedFor(bool includeErrors)
    {
        await using var test = await StartAsync(
            _ => throw new InvalidOperationException("Password=SECRET"), null, o => o.Probes.IncludeErrors = includeErrors);
        using var probes = Client();
        await Eventually.True(async () => (await VerboseAsync(probes)).Status == "Unhealthy", "a run of the check");

        using var response = await probes.GetAsync("/readyz?verbose");
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(includeErrors, text.Contains("SECRET", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CheckThatHangs_KeepsNoProbeWaiting()
    {
        await using var test = await TestApp.StartAsync(options: Listen, configure: builder => builder.Services.AddHealthChecks()
            .AddAsyncCheck("own", async token =>
            {
                await Task.Delay(Timeout.Infinite, CancellationToken.None);
                return HealthCheckResult.Healthy();
            }));
        using var probes = Client();

        using var readiness = await probes.GetAsync("/readyz").WaitAsync(TimeSpan.FromSeconds(10));
        using var liveness = await probes.GetAsync("/livez").WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal((503, 200), ((int)readiness.StatusCode, (int)liveness.StatusCode));
    }

    private Task<TestApp> StartAsync(Func<CancellationToken, HealthCheckResult> check, string? tag, Action<GracefulOptions>? options = null) =>
        TestApp.StartAsync(
            options: o =>
            {
                Listen(o);
                options?.Invoke(o);
            },
            configure: builder => builder.Services.AddHealthChecks().AddCheck("own", () => check(default), tag is null ? [] : [tag]));

    private void Listen(GracefulOptions options) => options.Probes.Port = _port;

    private HttpClient Client() => new() { BaseAddress = ProbePort.Address(_port), Timeout = Eventually.Patience };

    private static async Task<(int Startup, int Readiness, int Liveness)> AllAsync(HttpClient probes)
    {
        using var startup = await probes.GetAsync("/startupz");
        using var readiness = await probes.GetAsync("/readyz");
        using var liveness = await probes.GetAsync("/livez");
        return ((int)startup.StatusCode, (int)readiness.StatusCode, (int)liveness.StatusCode);
    }

    private static async Task<(string? Status, string? Class, string? Description)> VerboseAsync(HttpClient probes)
    {
        using var response = await probes.GetAsync("/readyz?verbose");
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var check = json.RootElement.GetProperty("checks")[0];
        return (Text("status"), Text("class"), Text("description"));

        string? Text(string name) => check.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
