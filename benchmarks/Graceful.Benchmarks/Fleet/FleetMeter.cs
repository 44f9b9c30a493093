namespace Graceful.Benchmarks;

/// <summary>What a simulated fleet is measured by. Renewed for each phase.</summary>
internal sealed class FleetMeter
{
    public Sample Beats { get; } = new();

    public Sample Pings { get; } = new();

    public Sample Censuses { get; } = new();

    public Sample Replacements { get; } = new();

    /// <summary>How late the load was sent: not what is measured, but what the measuring costs.</summary>
    public Sample Lateness { get; } = new();

    public int Failures;
}
