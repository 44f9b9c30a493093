namespace Graceful;

/// <summary>Everything that can be set; bound from the configuration section <c>Graceful</c> and validated on start.</summary>
public sealed class GracefulOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string SectionName = "Graceful";

    /// <summary>
    /// Whether Graceful does anything. When false its services still resolve and do nothing, and the host behaves as if it were not there.
    /// <value>Default: true.</value>
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Leaving: times and readiness.</summary>
    public DrainOptions Drain { get; } = new();

    /// <summary>Connections of the web server.</summary>
    public ConnectionOptions Connections { get; } = new();

    /// <summary>Warming up.</summary>
    public WarmUpOptions WarmUp { get; } = new();

    /// <summary>Startup, readiness and liveness probes.</summary>
    public ProbeOptions Probes { get; } = new();

    /// <summary>This instance's place among the others. Used with <c>AddFleet()</c> or <c>AddCompatibility(…)</c>.</summary>
    public FleetOptions Fleet { get; } = new();

    /// <summary>How levels move. Used with <c>AddCompatibility(…)</c>.</summary>
    public CompatibilityOptions Compatibility { get; } = new();
}
