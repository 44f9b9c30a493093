namespace Graceful;

/// <summary>Marks the endpoints of the probes: they answer also while nothing else does.</summary>
internal sealed class ProbeMetadata;
