namespace Graceful;

/// <summary>A circuit as <see cref="CircuitPauses"/> sees it, which does not load Blazor's assemblies.</summary>
internal interface IPausableCircuit
{
    /// <summary>Tells the client to pause; returns at once. Throws when it cannot be told.</summary>
    void Pause();
}
