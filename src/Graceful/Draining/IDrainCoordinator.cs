namespace Graceful;

/// <summary>Starts, observes and joins the drain of this instance. All members are thread-safe.</summary>
public interface IDrainCoordinator
{
    /// <summary>The current phase, as <see cref="IInstanceLifecycle.Phase"/>.</summary>
    InstancePhase Phase { get; }

    /// <summary>
    /// Fires when the drain starts, at the beginning of the lame duck and long before
    /// <c>IHostApplicationLifetime.ApplicationStopping</c>. A queue worker stops taking items here. A request handler wants
    /// <c>HttpContext.GetDrainToken()</c> instead, which fires later, when the lame duck has ended. Callbacks registered on it run beside the
    /// drain, which does not wait for them: work that must finish is counted with <see cref="TrackWork"/>.
    /// </summary>
    CancellationToken DrainStarted { get; }

    /// <summary>When the budget of the running drain ends; null before a drain starts.</summary>
    DateTimeOffset? Deadline { get; }

    /// <summary>
    /// Drains this instance: lame duck, streams, requests, connections. Idempotent: a second caller joins the drain that runs. It
    /// answers when nothing is left (or the budget says so) and does <b>not</b> end the process: the next SIGTERM or
    /// <c>StopApplication()</c> goes on to the flush, and if none comes by <see cref="Deadline"/> the instance stops itself.
    /// </summary>
    /// <param name="reason">Shown in logs and the report; must hold no secret.</param>
    /// <param name="cancellationToken">Ends the waiting of this caller, not the drain.</param>
    /// <returns>The report of the drain so far; flushing has not happened yet.</returns>
    /// <exception cref="ArgumentException"><paramref name="reason"/> is empty.</exception>
    Task<DrainReport> DrainAsync(string reason, CancellationToken cancellationToken = default);

    /// <summary>
    /// Counts background work that must finish before the flush, as a request does: an item taken from a queue, an email being sent.
    /// </summary>
    /// <param name="name">Shown in the drain report when it holds the drain up.</param>
    /// <returns>Dispose it when the work is done; disposing twice counts once.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    IDisposable TrackWork(string name);
}
