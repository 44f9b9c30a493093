namespace Graceful;

/// <summary>
/// What the probes say, for whatever carries them: the HTTP endpoints of Graceful.AspNetCore, a file, your own endpoint. Answers come from
/// results kept fresh in the background: nothing here waits on a dependency. Thread-safe.
/// </summary>
public interface IProbes
{
    /// <summary>The answer of one probe. Free of allocation while healthy.</summary>
    ProbeResult Check(ProbeKind kind);

    /// <summary>The answer with the checks behind it, for <c>?verbose</c>.</summary>
    ProbeDetail GetDetail(ProbeKind kind);
}

/// <summary>The three probes.</summary>
public enum ProbeKind
{
    /// <summary>Has the host started?</summary>
    Startup,

    /// <summary>Should traffic be sent here?</summary>
    Readiness,

    /// <summary>Does this process still work, or should it be restarted?</summary>
    Liveness,
}

/// <summary>The answer of a probe.</summary>
/// <param name="IsHealthy">Whether it passes.</param>
/// <param name="Reason">Why not, in words for an operator; null when it passes.</param>
public readonly record struct ProbeResult(bool IsHealthy, string? Reason);

/// <summary>The answer of a probe and what it is made of.</summary>
/// <param name="Result">The answer.</param>
/// <param name="Phase">The phase of the instance.</param>
/// <param name="Traffic">What is open now.</param>
/// <param name="Checks">The checks that belong to the probe.</param>
public sealed record ProbeDetail(ProbeResult Result, InstancePhase Phase, TrafficSnapshot Traffic, IReadOnlyList<ProbeCheck> Checks);

/// <summary>The last result of one check.</summary>
/// <param name="Name">The name it was registered with.</param>
/// <param name="Status"><c>Healthy</c>, <c>Degraded</c>, <c>Unhealthy</c>, <c>Stale</c> or <c>Unknown</c> (not run yet).</param>
/// <param name="Class">What a failure means.</param>
/// <param name="Age">How old the result is; null when there is none.</param>
/// <param name="Duration">How long the check took.</param>
/// <param name="Description">What the check says of itself; null when it threw.</param>
/// <param name="Error">The exception's text; null unless <see cref="ProbeOptions.IncludeErrors"/> is set.</param>
public sealed record ProbeCheck(
    string Name, string Status, DependencyClass Class, TimeSpan? Age, TimeSpan Duration, string? Description, string? Error);
