namespace Graceful;

/// <summary>Something other than a health check that readiness depends on: it answers at once, from what it knows.</summary>
internal interface IReadinessContributor
{
    /// <summary>Why this instance is not ready, in words for an operator; null when it is, free of allocation.</summary>
    string? Fault { get; }

    /// <summary>What <c>/readyz?verbose</c> shows, beside the checks.</summary>
    IEnumerable<ProbeCheck> GetDetails();
}
