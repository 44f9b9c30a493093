namespace Graceful;

public sealed partial class InMemoryFleetStore
{
    private BeatReply Beat(FleetBeat beat, long now)
    {
        var known = _members.GetValueOrDefault(beat.Id);
        if (known is not null && beat.Sequence <= known.Sequence)
        {
            return new BeatReply(BeatStatus.Stale, _state.Epoch, null, now, false, CountLive(now), -1, false);
        }

        var renews = known is not null && known.IsLive(now) && known.Profile == beat.Profile;
        var declared = renews ? null : ContractProfile.Parse(beat.Profile); // Before anything changes: what is no profile is never counted.
        Credit(now);
        var status = _state.Epoch == 0 || _state.IsForming ? BeatStatus.NoState : BeatStatus.Held;
        if (declared is not null && !ContractMachine.Check(_state, declared, beat.IsServing).IsEmpty)
        {
            // It may have had a lease, under the profile of before.
            if (_members.Remove(beat.Id, out var refused) && refused.HasLease)
            {
                _revision++;
            }

            return Reply(BeatStatus.Incompatible, null, beat, now);
        }

        if (!renews)
        {
            _revision++;
        }

        var member = known ?? (_members[beat.Id] = new StoredMember());
        if (!beat.WantsWithdrawal)
        {
            member.Asked = 0;
        }
        else if (member.Asked == 0 || !renews && !member.IsLive(now))
        {
            member.Asked = ++_asked; // The place in the line is that of the first asking while live.
        }

        member.Sequence = beat.Sequence;
        member.Profile = beat.Profile;
        member.Acknowledged = beat.Acknowledged;
        member.HasLease = true;
        member.LeaseEnds = now + (beat.Lease.Ticks / TimeSpan.TicksPerMicrosecond);
        member.Info = beat.Info ?? member.Info;
        return Reply(status, member, beat, now);
    }

    private BeatReply Reply(BeatStatus status, StoredMember? member, FleetBeat beat, long now)
    {
        // Due, or a clock that was turned back: the ticket is a second away at most.
        var mayDecide = status != BeatStatus.Incompatible && (now >= _nextDecide || _nextDecide > now + TicketEvery);
        if (mayDecide)
        {
            _nextDecide = now + TicketEvery;
        }

        var (live, before) = (0, 0);
        foreach (var (_, other) in _members)
        {
            if (other.IsLive(now))
            {
                live++;
                before += other.Asked > 0 && other.Asked < (member?.Asked ?? 0) ? 1 : 0;
            }
        }

        return new BeatReply(
            status, _state.Epoch, _state.Epoch == 0 || beat.KnownEpoch == _state.Epoch ? null : _state, now, mayDecide, live, member is { Asked: > 0 } ? before : -1, member is { Info: null });
    }

    private void Credit(long now)
    {
        if (_lastTick is { } last && now > last)
        {
            var passed = TimeSpan.FromMicroseconds(now - last);
            _state = _state with { Credit = _state.Credit + (passed < FleetState.MaxCredit ? passed : FleetState.MaxCredit) };
        }

        _lastTick = now; // Also when the clock went back: time counts again from there.
    }
}
