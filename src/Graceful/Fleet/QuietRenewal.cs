namespace Graceful;

/// <summary>
/// Which renewals need not be beats. In a fleet of thousands nearly every one has nothing to say and nothing to hear; such a one only moves the end of its lease and looks at the epoch
/// (<see cref="IFleetStore.RenewAsync"/>), which costs the store less than half. Knows no clock: it is told the time, as one that only goes forward.
/// </summary>
/// <remarks>
/// It is as good as a beat because the epoch is the same afterwards: nothing that the beat would have told has happened, and nobody has decided anything that this member was not counted in. A lease that the
/// store has dropped, or lost, is not renewed by it: that takes a beat, which looks at the window.
/// </remarks>
/// <param name="leastMembers">A smaller fleet beats: there, most renewals have the ticket to decide, and need the beat for that.</param>
internal sealed class QuietRenewal(int leastMembers = QuietRenewal.LargeFleet)
{
    public const int LargeFleet = 100;

    /// <summary>What only beats tell, as how many members are live, must not grow old.</summary>
    public static readonly TimeSpan LongestQuiet = TimeSpan.FromSeconds(30);

    /// <summary>The next ticket is never more than a second away; if it seems to be, the store's clock has been turned on.</summary>
    private const long LatestTicket = 2_000_000;

    private FleetBeat? _beat;
    private BeatReply? _reply;
    private TimeSpan _sent;

    /// <returns>The end of the lease to ask for, by the store's clock, in microseconds; null when it must be a beat.</returns>
    public long? Begin(FleetBeat beat, TimeSpan now) => IsQuiet(beat) && now - _sent < LongestQuiet ? StoreTime(now) + Microseconds(beat.Lease) : null;

    /// <returns>What the beat would have been answered; null when it must be sent after all.</returns>
    public BeatReply? End(in RenewalReply renewal, TimeSpan sent)
    {
        var now = StoreTime(sent);
        return renewal.IsRenewed && renewal.Epoch == _reply!.Epoch && renewal.NextTicket > now && renewal.NextTicket <= now + LatestTicket
            ? _reply with { State = null, Now = now, MayDecide = false }
            : null;
    }

    /// <summary>A beat was answered.</summary>
    public void Answered(FleetBeat beat, BeatReply reply, TimeSpan sent) => (_beat, _reply, _sent) = (beat, reply, sent);

    /// <summary>Something failed: the next one is a beat.</summary>
    public void Forget() => _beat = null;

    private bool IsQuiet(FleetBeat beat) =>
        _beat is { } last && _reply is { Status: BeatStatus.Held, NeedsInfo: false } reply && reply.Live >= leastMembers && reply.Epoch == beat.KnownEpoch
        && !beat.WantsWithdrawal && beat == last with { Sequence = beat.Sequence, KnownEpoch = beat.KnownEpoch, Info = null };

    /// <summary>Not before the store's own: it answered after the beat was sent. So a lease never ends sooner than its member counts on.</summary>
    private long StoreTime(TimeSpan now) => _reply!.Now + Microseconds(now - _sent);

    private static long Microseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;
}
