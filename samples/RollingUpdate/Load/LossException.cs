namespace Graceful.RollingUpdate;

/// <summary>A request that was not answered as it should have been.</summary>
/// <param name="cause">One of a few words, to count by.</param>
/// <param name="detail">What happened exactly.</param>
internal sealed class LossException(string cause, string detail) : Exception(detail)
{
    public string Cause { get; } = cause;
}
