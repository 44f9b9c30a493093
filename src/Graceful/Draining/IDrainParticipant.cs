namespace Graceful;

/// <summary>
/// Something that must be written out before the process ends: a buffer, a lease, an outbox. Participants run in the flush phase, after
/// the last request has ended, in the order of <see cref="Order"/> (equal orders together), with a token that is still live: the flush
/// reserve is kept for them even when draining used up all the rest. Every participant runs, also when another throws or hangs.
/// Register with <c>AddDrainParticipant&lt;T&gt;()</c>.
/// </summary>
public interface IDrainParticipant
{
    /// <summary>A short name for logs and the drain report.</summary>
    string Name { get; }

    /// <summary>Lower runs first. <value>Default: 0.</value></summary>
    int Order => 0;

    /// <summary>How long it may take; the end of the flush reserve cuts it shorter. <value>Default: 5 seconds.</value></summary>
    TimeSpan TimeLimit => TimeSpan.FromSeconds(5);

    /// <summary>Does the work, once.</summary>
    /// <param name="cancellationToken">Fires at the time limit.</param>
    Task DrainAsync(CancellationToken cancellationToken);
}
