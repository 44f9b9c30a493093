using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Graceful;

/// <summary>Every fault of the configuration in one message: key, value, rule.</summary>
internal sealed class GracefulOptionsValidator(ConfigureGracefulOptions read, IServiceProvider services) : IValidateOptions<GracefulOptions>
{
    private const int ShortestToken = 16;
    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, GracefulOptions options)
    {
        // Switched off is switched off: a broken setting must not keep the emergency switch from working.
        if (!options.Enabled)
        {
            return ValidateOptionsResult.Success;
        }

        List<string> faults = [.. read.Faults];
        Drain(options.Drain, faults);
        WarmUp(options.WarmUp, faults);
        Probes(options.Probes, faults);
        var declarations = services.GetService<CompatibilityBuilder>();
        if (declarations is not null || read.HasFleetSettings)
        {
            // Otherwise they are the defaults, and not used.
            FleetRules.Check(options.Fleet, options.Compatibility, faults);
        }

        faults.AddRange(declarations?.Faults ?? []);
        if (options.Connections.MaxAge is { } age)
        {
            Positive(faults, "Connections:MaxAge", age);
        }

        return faults.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"The section '{GracefulOptions.SectionName}' has {faults.Count} fault(s):{string.Concat(faults.Select(f => $"{Environment.NewLine}  - {f}"))}");
    }

    private static void Drain(DrainOptions drain, List<string> faults)
    {
        var before = faults.Count;
        Positive(faults, "Drain:Budget", drain.Budget);
        NotNegative(faults, "Drain:PropagationDelay", drain.PropagationDelay);
        NotNegative(faults, "Drain:MinimumPropagation", drain.MinimumPropagation);
        NotNegative(faults, "Drain:QuietPeriod", drain.QuietPeriod);
        NotNegative(faults, "Drain:StreamGrace", drain.StreamGrace);
        NotNegative(faults, "Drain:FlushReserve", drain.FlushReserve);
        NotNegative(faults, "Drain:ReadinessFailAfter", drain.ReadinessFailAfter);
        Defined(faults, "Drain:Readiness", drain.Readiness, drain.Readiness is >= DrainReadiness.FailNow and <= DrainReadiness.FailAfter);
        if (faults.Count > before)
        {
            // Sums of values that are out of range say nothing, and may overflow.
            return;
        }

        var parts = drain.PropagationDelay + drain.StreamGrace + drain.FlushReserve;
        if (drain.Budget < parts)
        {
            faults.Add(
                $"Graceful:Drain:Budget = {drain.Budget} must be at least PropagationDelay + StreamGrace + FlushReserve " +
                $"({drain.PropagationDelay} + {drain.StreamGrace} + {drain.FlushReserve} = {parts})");
        }

        if (drain.Readiness == DrainReadiness.FailAfter && drain.ReadinessFailAfter > drain.PropagationDelay)
        {
            faults.Add($"Graceful:Drain:ReadinessFailAfter = {drain.ReadinessFailAfter} must not be longer than PropagationDelay ({drain.PropagationDelay})");
        }
    }

    private static void WarmUp(WarmUpOptions warmUp, List<string> faults)
    {
        if (warmUp.Parallelism < 1)
        {
            faults.Add($"Graceful:WarmUp:Parallelism = {warmUp.Parallelism} must be at least 1");
        }

        Positive(faults, "WarmUp:RetryDelay", warmUp.RetryDelay);
        Positive(faults, "WarmUp:MaxRetryDelay", warmUp.MaxRetryDelay);
        if (warmUp.MaxRetryDelay < warmUp.RetryDelay)
        {
            faults.Add($"Graceful:WarmUp:MaxRetryDelay = {warmUp.MaxRetryDelay} must be at least RetryDelay ({warmUp.RetryDelay})");
        }
    }

    private void Probes(ProbeOptions probes, List<string> faults)
    {
        if (probes.Port is < 0 or > 65535)
        {
            faults.Add($"Graceful:Probes:Port = {probes.Port} must be between 1 and 65535, or 0 for none");
        }

        var before = faults.Count;
        Positive(faults, "Probes:RefreshInterval", probes.RefreshInterval);
        Positive(faults, "Probes:Timeout", probes.Timeout);
        Positive(faults, "Probes:StaleAfter", probes.StaleAfter);
        if (faults.Count == before && probes.StaleAfter <= probes.RefreshInterval + probes.Timeout)
        {
            faults.Add(
                $"Graceful:Probes:StaleAfter = {probes.StaleAfter} must be longer than RefreshInterval + Timeout " +
                $"({probes.RefreshInterval} + {probes.Timeout}), or a result is stale before the next can come");
        }

        Positive(faults, "Probes:Liveness:CheckInterval", probes.Liveness.CheckInterval);
        Positive(faults, "Probes:Liveness:ThreadPoolLag", probes.Liveness.ThreadPoolLag);
        if (probes.ReadinessFile is { } file && !Path.IsPathFullyQualified(file))
        {
            faults.Add($"Graceful:Probes:ReadinessFile = '{file}' must be an absolute path");
        }

        if (probes.Drain.Token is { Length: < ShortestToken })
        {
            faults.Add($"Graceful:Probes:Drain:Token (not shown) must have at least {ShortestToken} characters");
        }

        foreach (var network in probes.Drain.AllowedNetworks.Where(n => !IPNetwork.TryParse(n, out _)))
        {
            faults.Add($"Graceful:Probes:Drain:AllowedNetworks = '{network}' must be a network in CIDR form, such as 10.0.0.0/8");
        }

        if (probes.Checks.Count > 0)
        {
            Checks(probes, faults);
        }
    }

    /// <summary>By itself, because calling it loads the framework's assemblies for health checks.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Checks(ProbeOptions probes, List<string> faults)
    {
        var registered = services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations.Select(r => r.Name).ToList();
        foreach (var (name, check) in probes.Checks)
        {
            Defined(faults, $"Probes:Checks:{name}:Class", check.Class, check.Class is >= DependencyClass.Local and <= DependencyClass.Optional);
            if (!registered.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                faults.Add(
                    $"Graceful:Probes:Checks:{name} names no registered health check; registered: " +
                    (registered.Count == 0 ? "none" : string.Join(", ", registered)));
            }
        }
    }

    private static void Positive(List<string> faults, string key, TimeSpan value)
    {
        if (value <= TimeSpan.Zero || value > LongestDuration)
        {
            faults.Add($"Graceful:{key} = {value} must be longer than 0 and at most {LongestDuration.TotalDays:0} day");
        }
    }

    private static void NotNegative(List<string> faults, string key, TimeSpan value)
    {
        if (value < TimeSpan.Zero || value > LongestDuration)
        {
            faults.Add($"Graceful:{key} = {value} must not be negative and be at most {LongestDuration.TotalDays:0} day");
        }
    }

    private static void Defined<T>(List<string> faults, string key, T value, bool isDefined)
        where T : struct, Enum
    {
        // Told, not looked up: Enum.IsDefined is generic code that has to be compiled at every start.
        if (!isDefined)
        {
            faults.Add($"Graceful:{key} = {value} must be one of {string.Join(", ", Enum.GetNames<T>())}");
        }
    }
}
