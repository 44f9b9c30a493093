using Microsoft.AspNetCore.Http.Features;

namespace Graceful;

/// <summary>
/// Keeps a drain's cancellation from resetting the stream: gRPC resets it when the token of a write fires. Without the reset the handler
/// fails on its token, and the call ends with trailers.
/// </summary>
internal sealed class DrainSafeReset(IHttpResetFeature inner, CancellationToken aborted, CancellationToken drain) : IHttpResetFeature
{
    public void Reset(int errorCode)
    {
        if (!drain.IsCancellationRequested || aborted.IsCancellationRequested)
        {
            inner.Reset(errorCode);
        }
    }
}
