namespace Graceful;

/// <summary>
/// Where this process is in its life. The phase only moves forward; probes, the request path and metrics read it, nothing but the
/// lifecycle itself writes it.
/// </summary>
public enum InstancePhase
{
    /// <summary>The host is starting. Infrastructure: wait for <c>/startupz</c>; do not route.</summary>
    Starting = 0,

    /// <summary>The listener is bound and warm-up tasks run. Infrastructure: alive, not ready; do not route.</summary>
    WarmingUp = 1,

    /// <summary>Warmed up. Infrastructure: route while <c>/readyz</c> answers 200.</summary>
    Ready = 2,

    /// <summary>
    /// Asked to leave, still serving everything while balancers notice. Infrastructure: send nothing new; what still arrives is served.
    /// </summary>
    LameDuck = 3,

    /// <summary>Streams are told to end, connections are closed, running requests finish. Infrastructure: nothing should arrive.</summary>
    Draining = 4,

    /// <summary>No request runs any more; drain participants write out what they hold.</summary>
    Flushing = 5,

    /// <summary>Drained and flushed; the host stops its services and the process ends.</summary>
    Stopped = 6,
}
