using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Graceful;

/// <summary>One health check: which probes it belongs to, and its last result.</summary>
internal sealed class CheckState
{
    private readonly ProbeOptions _options;
    private readonly TimeProvider _time;
    private volatile Outcome? _last;

    public CheckState(HealthCheckRegistration registration, ProbeOptions options, TimeProvider time)
    {
        Registration = registration;
        _options = options;
        _time = time;
        Class = options.Checks.TryGetValue(registration.Name, out var own) ? own.Class : DependencyClass.Local;
        InStartup = registration.Tags.Contains(ProbeTags.Startup);
        InLiveness = registration.Tags.Contains(ProbeTags.Liveness);
        InReadiness = registration.Tags.Contains(ProbeTags.Readiness) || !(InStartup || InLiveness);
    }

    public HealthCheckRegistration Registration { get; }

    public DependencyClass Class { get; }

    public bool InStartup { get; }

    public bool InReadiness { get; }

    public bool InLiveness { get; }

    /// <summary>Set while a run is under way, also past its timeout: a check that hangs is not started a second time.</summary>
    public CheckRun? Running { get; set; }

    public bool HasRun => _last is not null;

    public bool IsHealthyNow => _last is { Entry.Status: not HealthStatus.Unhealthy } last && !IsStale(last);

    public void Report(HealthReportEntry entry) => _last = new Outcome(entry, _time.GetTimestamp());

    /// <summary>Why this check fails its probe; null when it does not. Unknown is not ready, whatever the class.</summary>
    public string? Fault
    {
        get
        {
            var last = _last;
            if (last is null)
            {
                return $"check '{Registration.Name}' has not run yet";
            }

            if (Class != DependencyClass.Local)
            {
                return null;
            }

            return Words(last);
        }
    }

    /// <summary>What is wrong with a dependency that others share, which is for the fleet to weigh; null when nothing is, or nothing is known.</summary>
    public string? SharedFault => Class == DependencyClass.Shared && _last is { } last ? Words(last) : null;

    public ProbeCheck ToDetail()
    {
        var last = _last;
        if (last is null)
        {
            return new ProbeCheck(Registration.Name, "Unknown", Class, null, TimeSpan.Zero, null, null);
        }

        // When a check throws, the framework puts the exception's text into the description: it is shown only with errors.
        var failed = last.Entry.Exception is not null;
        return new ProbeCheck(
            Registration.Name,
            IsStale(last) ? "Stale" : Class != DependencyClass.Local && last.Entry.Status == HealthStatus.Unhealthy ? "Degraded" : last.Entry.Status.ToString(),
            Class,
            _time.GetElapsedTime(last.At),
            last.Entry.Duration,
            failed && !_options.IncludeErrors ? null : last.Entry.Description,
            failed && _options.IncludeErrors ? last.Entry.Exception!.Message : null);
    }

    private string? Words(Outcome outcome) => IsStale(outcome) ? $"check '{Registration.Name}' is stale"
        : outcome.Entry.Status == HealthStatus.Unhealthy ? $"check '{Registration.Name}' is unhealthy"
        : null;

    private bool IsStale(Outcome outcome) => _time.GetElapsedTime(outcome.At) > _options.StaleAfter;

    private sealed record Outcome(HealthReportEntry Entry, long At);
}

/// <summary>One run of a check, and how to cancel it.</summary>
internal sealed record CheckRun(Task<HealthReport> Task, CancellationTokenSource Cancel);
