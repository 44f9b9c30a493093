namespace Graceful;

/// <summary>Endpoint metadata: of the session only these entries are read from the store. Reading another one costs a second round trip, which reads the rest.</summary>
/// <param name="names">The entries.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method | AttributeTargets.Delegate)]
public sealed class SessionKeysAttribute(params string[] names) : Attribute
{
    /// <summary>The entries.</summary>
    public IReadOnlyList<string> Names { get; } = names;
}
