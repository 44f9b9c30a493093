using System.Collections.Immutable;

namespace Graceful;

/// <summary>
/// A fleet in the memory of one process: of one instance, or of several hosts in a test that are given the same store. Thread-safe; every operation is one critical section.
/// </summary>
/// <param name="time">The store's clock.</param>
public sealed partial class InMemoryFleetStore(TimeProvider time) : IFleetStore
{
    private const long TicketEvery = 1_000_000;

    // A record outlives its lease for whoever asks who was here, and so that a beat which was overtaken is known for one; not for ever.
    private const long ForgetAfter = 600_000_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, StoredMember> _members = new(StringComparer.Ordinal);
    private ImmutableArray<Action> _callbacks = [];
    private FleetState _state = FleetState.None;
    private long _revision;
    private long _asked;
    private long? _lastTick;
    private long _nextDecide;

    /// <summary>The state as it is, for whoever watches.</summary>
    internal FleetState State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="FormatException">The beat's profile is none.</exception>
    public ValueTask<BeatReply> BeatAsync(FleetBeat beat, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(beat);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return ValueTask.FromResult(Beat(beat, Now()));
        }
    }

    /// <inheritdoc/>
    public ValueTask<RenewalReply> RenewAsync(string id, long leaseEnds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var isRenewed = _members.TryGetValue(id, out var member) && member.HasLease && leaseEnds > member.LeaseEnds;
            if (isRenewed)
            {
                member!.LeaseEnds = leaseEnds;
            }

            return ValueTask.FromResult(new RenewalReply(isRenewed, _state.Epoch, _nextDecide));
        }
    }

    /// <inheritdoc/>
    public ValueTask LeaveAsync(string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (_members.Remove(id, out var member) && member.HasLease)
            {
                _revision++;
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<FleetCensus> TakeCensusAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var now = Now();
            DropExpired(now);
            var groups = new List<MemberGroup>();
            foreach (var (id, member) in _members)
            {
                if (member.HasLease)
                {
                    Count(groups, id, member);
                }
            }

            return ValueTask.FromResult(new FleetCensus(_state, _revision, now, [.. groups]));
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The epoch does not grow.</exception>
    public ValueTask<bool> TryReplaceAsync(FleetCensus census, FleetState replacement, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(census);
        ArgumentNullException.ThrowIfNull(replacement);
        cancellationToken.ThrowIfCancellationRequested();
        if (replacement.Epoch <= census.State.Epoch)
        {
            throw new ArgumentException($"The epoch must grow: {census.State.Epoch} is to be replaced by {replacement.Epoch}.", nameof(replacement));
        }

        ImmutableArray<Action> callbacks;
        lock (_lock)
        {
            if (_state.Epoch != census.State.Epoch || _revision != census.Revision)
            {
                return ValueTask.FromResult(false);
            }

            _state = replacement with { Credit = _state.Credit };
            callbacks = _callbacks;
        }

        foreach (var callback in callbacks)
        {
            callback();
        }

        return ValueTask.FromResult(true);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<FleetRecord>> ReadMembersAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var now = Now();
            var records = new List<FleetRecord>(_members.Count);
            foreach (var (id, m) in _members)
            {
                records.Add(new FleetRecord(id, m.Profile, m.Acknowledged, DateTimeOffset.UnixEpoch + TimeSpan.FromMicroseconds(m.LeaseEnds), m.IsLive(now), m.Info));
            }

            return ValueTask.FromResult<IReadOnlyList<FleetRecord>>(records);
        }
    }

    /// <inheritdoc/>
    public IDisposable OnChanged(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var own = new Action(callback); // The same method may be registered twice, and is taken away once.
        lock (_lock)
        {
            _callbacks = _callbacks.Add(own);
        }

        return new Registration(this, own);
    }

    /// <summary>What a replica has of this store now: the same content, another store. Callbacks stay behind.</summary>
    internal InMemoryFleetStore Copy(TimeProvider clock)
    {
        var copy = new InMemoryFleetStore(clock);
        lock (_lock)
        {
            foreach (var (id, member) in _members)
            {
                copy._members[id] = member.Clone();
            }

            (copy._state, copy._revision, copy._asked, copy._lastTick, copy._nextDecide) = (_state, _revision, _asked, _lastTick, _nextDecide);
        }

        return copy;
    }

    private void DropExpired(long now)
    {
        List<string>? forgotten = null;
        foreach (var (id, member) in _members)
        {
            if (member.HasLease && !member.IsLive(now))
            {
                member.HasLease = false;
                member.Asked = 0;
                _revision++;
            }

            if (!member.HasLease && now - member.LeaseEnds > ForgetAfter)
            {
                (forgotten ??= []).Add(id);
            }
        }

        forgotten?.ForEach(id => _members.Remove(id));
    }

    private static void Count(List<MemberGroup> groups, string id, StoredMember member)
    {
        for (var i = 0; i < groups.Count; i++)
        {
            if (groups[i].Profile == member.Profile)
            {
                var group = groups[i];
                groups[i] = member.Acknowledged < group.Acknowledged
                    ? group with { Count = group.Count + 1, Acknowledged = member.Acknowledged, Slowest = id }
                    : group with { Count = group.Count + 1 };
                return;
            }
        }

        groups.Add(new MemberGroup(member.Profile, 1, member.Acknowledged, id));
    }

    private int CountLive(long now) => _members.Values.Count(m => m.IsLive(now));

    private long Now() => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private sealed class Registration(InMemoryFleetStore store, Action callback) : IDisposable
    {
        public void Dispose()
        {
            lock (store._lock)
            {
                store._callbacks = store._callbacks.Remove(callback, ReferenceEqualityComparer.Instance);
            }
        }
    }
}
