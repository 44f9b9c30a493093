namespace Graceful;

/// <summary>The state of this instance, and the application's own switch for its readiness. All members are thread-safe.</summary>
public interface IInstanceLifecycle
{
    /// <summary>The current phase.</summary>
    InstancePhase Phase { get; }

    /// <summary>
    /// Whether this instance is in <see cref="InstancePhase.Ready"/> and not in maintenance. Health checks are not part of it:
    /// <c>/readyz</c> is this and the checks.
    /// </summary>
    bool IsReady { get; }

    /// <summary>Why <see cref="IsReady"/> is false, in words for an operator; null while it is true.</summary>
    string? NotReadyReason { get; }

    /// <summary>
    /// Takes readiness away until the returned handle is disposed. Handles may overlap: readiness comes back with the last one.
    /// Maintenance does not touch the phase, and requests that still arrive are served.
    /// </summary>
    /// <param name="reason">Shown to operators in <c>/readyz?verbose</c>; must hold no secret.</param>
    /// <exception cref="ArgumentException"><paramref name="reason"/> is empty.</exception>
    IDisposable BeginMaintenance(string reason);

    /// <summary>
    /// Calls <paramref name="callback"/> after each change of phase, in order, on the thread that changes it: return quickly. An
    /// exception it throws is logged and stops nobody.
    /// </summary>
    /// <returns>Dispose it to stop the calls.</returns>
    IDisposable OnPhaseChanged(Action<InstancePhase> callback);
}
