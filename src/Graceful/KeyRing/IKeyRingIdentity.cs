namespace Graceful;

/// <summary>
/// Names the ring of keys that this instance uses. It stands in the instance's record (<see cref="FleetMember.KeyRing"/>), so that instances which do not read each other's cookies are found. Thread-safe.
/// </summary>
public interface IKeyRingIdentity
{
    /// <summary>The same for two instances that read each other's cookies; nothing of a key can be found from it. Null while it is not known.</summary>
    string? Hash { get; }
}
