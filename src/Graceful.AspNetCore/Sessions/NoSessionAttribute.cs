namespace Graceful;

/// <summary>Endpoint metadata: the endpoint has no session. Using it throws, and its life is not prolonged.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method | AttributeTargets.Delegate)]
public sealed class NoSessionAttribute : Attribute;
