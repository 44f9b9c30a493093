namespace Graceful;

/// <summary>What a drain did: how long each phase took, what was lost, and who held it up.</summary>
public sealed record DrainReport
{
    /// <summary>Who asked: <c>SIGTERM</c>, <c>StopApplication</c>, the text given to <see cref="IDrainCoordinator.DrainAsync"/>, ….</summary>
    public required string Reason { get; init; }

    /// <summary>When the drain started (UTC).</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>From the start to the end of the last phase in this report.</summary>
    public TimeSpan Total { get; init; }

    /// <summary>Time spent serving everything while balancers noticed.</summary>
    public TimeSpan LameDuck { get; init; }

    /// <summary>Time spent ending streams, requests, tracked work and connections.</summary>
    public TimeSpan Draining { get; init; }

    /// <summary>Time spent in drain participants.</summary>
    public TimeSpan Flushing { get; init; }

    /// <summary>What was left of <see cref="DrainOptions.Budget"/> at the end.</summary>
    public TimeSpan UnusedBudget { get; init; }

    /// <summary>Whether the lame duck ended before the propagation delay because nothing arrived any more.</summary>
    public bool EarlyExit { get; init; }

    /// <summary>Requests running (streams and tracked work included) when the drain started.</summary>
    public int RequestsAtStart { get; init; }

    /// <summary>Connections open when the drain started.</summary>
    public int ConnectionsAtStart { get; init; }

    /// <summary>Requests that arrived after the drain started. All of them were served unless counted as aborted.</summary>
    public long LateArrivals { get; init; }

    /// <summary>Requests and tracked work cut because the budget ended. Each has an entry in <see cref="Held"/>.</summary>
    public int RequestsAborted { get; init; }

    /// <summary>Streams and upgraded connections cut because they ignored the drain. Each has an entry in <see cref="Held"/>.</summary>
    public int StreamsAborted { get; init; }

    /// <summary>Connections cut with no request on them: half-sent headers, silent HTTP/2 clients.</summary>
    public int ConnectionsAborted { get; init; }

    /// <summary>Who held the drain up, longest first; at most 20.</summary>
    public IReadOnlyList<DrainHolder> Held { get; init; } = [];

    /// <summary>Whether no request, stream or tracked work was cut and no participant failed.</summary>
    public bool IsClean => RequestsAborted == 0 && StreamsAborted == 0 && Held.All(h => h.Outcome == DrainOutcome.Finished || h.Kind == DrainHolderKind.Connection);
}

/// <summary>One thing a drain waited for.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The route of a request, the name of a participant or of tracked work, the address of a connection's peer.</param>
/// <param name="Duration">How long it held the drain up, counted from the end of the lame duck.</param>
/// <param name="Outcome">How it ended.</param>
public sealed record DrainHolder(DrainHolderKind Kind, string Name, TimeSpan Duration, DrainOutcome Outcome);

/// <summary>The kinds of things a drain waits for.</summary>
public enum DrainHolderKind
{
    /// <summary>An ordinary request.</summary>
    Request,

    /// <summary>A stream: Server-Sent Events, a WebSocket, a SignalR connection, a gRPC stream.</summary>
    Stream,

    /// <summary>A connection with no request on it.</summary>
    Connection,

    /// <summary>Work counted with <see cref="IDrainCoordinator.TrackWork"/>.</summary>
    Work,

    /// <summary>An <see cref="IDrainParticipant"/>.</summary>
    Participant,
}

/// <summary>How something that held a drain up ended.</summary>
public enum DrainOutcome
{
    /// <summary>By itself, in time.</summary>
    Finished,

    /// <summary>It was cut.</summary>
    Aborted,

    /// <summary>It threw.</summary>
    Failed,

    /// <summary>It passed its time limit and was left behind.</summary>
    TimedOut,
}
