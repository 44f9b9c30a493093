namespace Graceful;

/// <summary>
/// Names the ring of keys that this instance uses. It stands in the instance's record (<see cref="FleetMember.KeyRing"/>), so that instances with different ones, which may not read each other's cookies, are found. Thread-safe.
/// </summary>
public interface IKeyRingIdentity
{
    /// <summary>The same for two instances that have the same keys under the same application name; nothing of a key can be found from it. Null while it is not known.</summary>
    string? Hash { get; }
}
