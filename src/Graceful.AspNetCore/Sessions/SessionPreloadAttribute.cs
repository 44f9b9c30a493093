namespace Graceful;

/// <summary>Endpoint metadata: the session is read before the endpoint runs, so that no thread waits for the store when the endpoint reads the session. Needs <c>UseRouting</c> before <c>UseSession</c>, which is so where neither is moved.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method | AttributeTargets.Delegate)]
public sealed class SessionPreloadAttribute : Attribute;
