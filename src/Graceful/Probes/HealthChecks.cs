using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Graceful;

/// <summary>The application's health checks, if it has any: without, the framework's assemblies for them are not even loaded.</summary>
internal sealed class HealthChecks(IServiceCollection registrations, IServiceProvider services)
{
    private const string Namespace = "Microsoft.Extensions.Diagnostics.HealthChecks";

    // By name, because asking for the type would load it. Registrations without AddHealthChecks() count: nothing could run them, and the start says so.
    private readonly bool _exist = registrations.Any(d => d.ServiceType.Namespace == Namespace || d.ServiceType.GenericTypeArguments is [{ Namespace: Namespace }]);

    public IReadOnlyList<CheckState> Create(ProbeOptions options, TimeProvider time) => _exist ? CreateAll(options, time) : [];

    /// <summary>On a thread of the pool, as the framework runs each check: one that blocks holds no other.</summary>
    public async Task<HealthReport> RunAsync(HealthCheckRegistration check, CancellationToken cancellationToken) =>
        await services.GetRequiredService<HealthCheckService>().CheckHealthAsync(r => r.Name == check.Name, cancellationToken).ConfigureAwait(false);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private CheckState[] CreateAll(ProbeOptions options, TimeProvider time)
    {
        _ = services.GetRequiredService<HealthCheckService>();
        return [.. services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations.Select(r => new CheckState(r, options, time))];
    }
}
