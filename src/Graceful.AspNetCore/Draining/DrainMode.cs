namespace Graceful;

/// <summary>What a drain does to the requests of an endpoint, when the lame duck has ended.</summary>
public enum DrainMode
{
    /// <summary>Lets them complete, up to the end of the budget: the default, for ordinary requests.</summary>
    Complete = 0,

    /// <summary>
    /// Ends them: <c>HttpContext.RequestAborted</c> fires as well, the handler returns or throws <see cref="OperationCanceledException"/>,
    /// and the response ends cleanly (end of body for Server-Sent Events, trailers with status UNAVAILABLE for gRPC). A WebSocket is first
    /// closed with 1001.
    /// </summary>
    Cancel = 1,

    /// <summary>
    /// Treats them as streams without cancelling them: the handler watches <c>HttpContext.GetDrainToken()</c>; a WebSocket is closed with
    /// 1001; what is left after <see cref="DrainOptions.StreamGrace"/> is cut.
    /// </summary>
    CloseAfter = 2,
}

internal sealed record DrainModeMetadata(DrainMode Mode);
