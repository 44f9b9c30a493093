namespace Graceful.RollingUpdate;

/// <summary>One phase of one instance on the run's clock; <paramref name="End"/> is null while it lasts.</summary>
internal sealed record PhaseSpan(string Phase, double Start, double? End);
