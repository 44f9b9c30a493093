using Microsoft.Extensions.Hosting;

namespace Graceful;

/// <summary>Reads the lifecycle, the checks and the watchdogs, and says what each probe answers.</summary>
internal sealed class ProbeEvaluator(
    InstanceLifecycle lifecycle, CheckRefresher refresher, Watchdogs watchdogs, DrainOptions drain, TrafficSources traffic, GracefulMetrics metrics,
    IHostApplicationLifetime host, IEnumerable<IReadinessContributor> contributors)
    : IProbes
{
    private static readonly ProbeResult Healthy = new(true, null);
    private readonly CheckState[] _startup = [.. refresher.Checks.Where(c => c.InStartup)];
    private readonly CheckState[] _readiness = [.. refresher.Checks.Where(c => c.InReadiness)];
    private readonly CheckState[] _liveness = [.. refresher.Checks.Where(c => c.InLiveness)];
    private readonly IReadinessContributor[] _contributors = [.. contributors];

    public ProbeResult Check(ProbeKind kind)
    {
        var (name, reason) = kind switch
        {
            ProbeKind.Startup => ("startup", StartupFault()),
            ProbeKind.Readiness => ("readiness", ReadinessFault()),
            ProbeKind.Liveness => ("liveness", LivenessFault()),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
        metrics.ProbeAnswered(name, reason is null);
        return reason is null ? Healthy : new ProbeResult(false, reason);
    }

    public ProbeDetail GetDetail(ProbeKind kind)
    {
        var checks = kind switch { ProbeKind.Startup => _startup, ProbeKind.Readiness => _readiness, _ => _liveness };
        return new ProbeDetail(
            Check(kind),
            lifecycle.Phase,
            traffic.GetSnapshot(),
            [
                .. kind == ProbeKind.Readiness ? _contributors.SelectMany(c => c.GetDetails()) : [],
                .. checks.Select(c => c.ToDetail()),
                .. kind == ProbeKind.Liveness ? watchdogs.GetDetails() : [],
            ]);
    }

    private string? StartupFault() => host.ApplicationStarted.IsCancellationRequested ? Fault(_startup) : "the host has not started yet";

    private string? ReadinessFault()
    {
        var keptOpen = lifecycle.Phase == InstancePhase.LameDuck && lifecycle.WasReady && drain.Readiness switch
        {
            DrainReadiness.KeepServing => true,
            DrainReadiness.FailAfter => lifecycle.TimeInPhase < drain.ReadinessFailAfter,
            _ => false,
        };

        // A build that the fleet refuses says so from the start, whatever else is still under way; an instance that leaves says that first.
        return lifecycle.Phase >= InstancePhase.LameDuck && !keptOpen
            ? lifecycle.NotReadyReason
            : ContributorFault() ?? (keptOpen ? lifecycle.MaintenanceReason : lifecycle.NotReadyReason) ?? Fault(_readiness);
    }

    private string? ContributorFault()
    {
        foreach (var contributor in _contributors)
        {
            if (contributor.Fault is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    /// <summary>Never fails during a drain: a restart would cut what the drain protects.</summary>
    private string? LivenessFault() => lifecycle.Phase >= InstancePhase.LameDuck ? null : watchdogs.Fault ?? Fault(_liveness, unknownIsFault: false);

    private static string? Fault(CheckState[] checks, bool unknownIsFault = true)
    {
        foreach (var check in checks)
        {
            if (check.Fault is { } fault && (unknownIsFault || check.HasRun))
            {
                return fault;
            }
        }

        return null;
    }
}
