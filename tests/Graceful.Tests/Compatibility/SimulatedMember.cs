using System.Globalization;

namespace Graceful.Tests;

/// <summary>Work that holds a level from its beginning to its end, when it writes at it.</summary>
internal readonly record struct Operation(int Contract, int Level, long Epoch, int Began, int Ends);

/// <summary>One instance, as the runtime behaves: its own view of the state, its fence, its operations. No thread, no timer: it is told the time.</summary>
internal sealed class SimulatedMember(string id, SimulatedBuild build, MemberRules rules)
{
    private readonly List<Operation> _operations = [];

    // In a fleet of any size: a short renewal must be as safe as a beat.
    private readonly QuietRenewal _quiet = new(leastMembers: 1);
    private bool _isAnswered;
    private bool _joined;
    private int _fence = -1;

    public string Id => id;

    public SimulatedBuild Build => build;

    /// <summary>The newest state that it has installed.</summary>
    public FleetState View { get; private set; } = FleetState.None;

    /// <summary>Whether the store knows what it says of itself.</summary>
    public bool HasInfo { get; private set; }

    public long Sequence { get; set; }

    public int NextBeat { get; set; }

    public int FrozenUntil { get; set; } = -1;

    public int CutUntil { get; set; } = -1;

    public int DeafUntil { get; set; } = -1;

    /// <summary>How long its next beat is under way.</summary>
    public int Delay { get; set; }

    /// <summary>How many seconds after the first its next beat arrives a second time.</summary>
    public int Repeat { get; set; }

    /// <summary>How long its next decision takes between census and write.</summary>
    public int Dawdle { get; set; }

    /// <summary>When the last beat was sent that counts.</summary>
    public int LastRenewed { get; private set; } = -1;

    public List<Operation> Operations => _operations;

    /// <summary>The epoch from before which no operation runs.</summary>
    public long Acknowledged
    {
        get
        {
            var acknowledged = View.Epoch;
            foreach (var operation in _operations)
            {
                acknowledged = rules.Quiesces ? Math.Min(acknowledged, operation.Epoch) : acknowledged;
            }

            return acknowledged;
        }
    }

    public bool IsFrozen(int now) => now < FrozenUntil;

    public bool IsCut(int now) => now < CutUntil;

    /// <summary>Joined, and not past its fence (Strict).</summary>
    public bool IsServing(int now) => _joined && (now <= _fence || !rules.Fences);

    /// <returns>The end of the lease that a short renewal asks for; null for a beat.</returns>
    public long? BeginRenewal(FleetBeat beat, int now)
    {
        var ends = _isAnswered && rules.RenewsQuietly ? _quiet.Begin(beat, TimeSpan.FromSeconds(now)) : null;
        if (ends is null)
        {
            _quiet.Forget();
        }

        _isAnswered = false;
        return ends;
    }

    /// <returns>What it was answered; null when a short renewal was not enough, and a beat must follow.</returns>
    public BeatReply? EndRenewal(FleetBeat beat, BeatReply? reply, RenewalReply renewal, int sent)
    {
        if (reply is null)
        {
            reply = _quiet.End(renewal, TimeSpan.FromSeconds(sent));
        }
        else
        {
            _quiet.Answered(beat, reply, TimeSpan.FromSeconds(sent));
            HasInfo = !reply.NeedsInfo;
        }

        _isAnswered = reply is not null;
        return reply;
    }

    public void Renewed(int sent)
    {
        if (sent >= LastRenewed + SimulatedTimes.Lease)
        {
            EndLingering(sent);
        }

        LastRenewed = Math.Max(LastRenewed, sent);
        _fence = Math.Max(_fence, sent + SimulatedTimes.Fence);
    }

    public void Install(FleetState state)
    {
        if (state.Epoch > View.Epoch && !state.IsForming)
        {
            View = state;
        }
    }

    /// <summary>What follows from a state that the store answered with; true when it holds the instance in.</summary>
    public bool Judge(bool held, bool wasServing, int sent)
    {
        _joined = held && ContractMachine.Check(View, build.Declared, wasServing).IsEmpty;
        if (_joined)
        {
            Renewed(sent);
        }

        return _joined;
    }

    /// <summary>
    /// Whether an operation may still write: one of at most <see cref="SimulatedTimes.MaxOperation"/> always, a longer one while the instance is in contact with the store, which then waits for it.
    /// </summary>
    public bool MayWrite(in Operation operation, int now) => now <= operation.Began + SimulatedTimes.MaxOperation || now < LastRenewed + SimulatedTimes.Lease;

    /// <summary>Begins an operation that takes long.</summary>
    public void Linger(int now, int seconds)
    {
        if (IsServing(now) && View.Contracts.TryGetValue(SimulatedBuild.Session, out var state))
        {
            _operations.Add(new Operation(0, state.Active, View.Epoch, now, now + seconds));
        }
    }

    /// <summary>No promise is made for long operations when the store is in trouble, or contact was lost while they ran.</summary>
    public void EndLingering(int now)
    {
        for (var i = _operations.Count - 1; i >= 0; i--)
        {
            var latest = _operations[i].Began + SimulatedTimes.MaxOperation;
            _operations[i] = _operations[i] with { Ends = Math.Min(_operations[i].Ends, latest) };
            if (latest < now)
            {
                _operations.RemoveAt(i);
            }
        }
    }

    /// <summary>The operations that end now, and those that begin.</summary>
    public void Work(int now, Action<SimulatedMember, Operation> write)
    {
        for (var i = _operations.Count - 1; i >= 0; i--)
        {
            var operation = _operations[i];
            if (operation.Ends <= now)
            {
                _operations.RemoveAt(i);
                if (MayWrite(operation, now))
                {
                    write(this, operation);
                }
            }
        }

        if (!IsServing(now))
        {
            return;
        }

        for (var contract = 0; contract < SimulatedBuild.Contracts.Length; contract++)
        {
            if (View.Contracts.TryGetValue(SimulatedBuild.Contracts[contract], out var state) && (now + contract) % 2 == 0 && build.Declared.ContainsKey(SimulatedBuild.Contracts[contract]))
            {
                // Some end at once, some take as long as they may.
                var takes = (now >> 1) % 3 == 0 ? SimulatedTimes.MaxOperation : (now >> 1) % 3;
                _operations.Add(new Operation(contract, state.Active, View.Epoch, now, now + takes));
            }
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{id} {build.Name}{(_joined ? " joined" : "")} fence {_fence} view {View.Epoch % 10_000_000_000} {SimulatedText.Of(View)}");
}

/// <summary>What a member keeps to. A simulation without one of them must find that it matters.</summary>
/// <param name="Fences">It stops serving when the store has not answered for <see cref="SimulatedTimes.Fence"/>.</param>
/// <param name="Quiesces">It acknowledges an epoch only when no operation of an older one runs.</param>
/// <param name="RenewsQuietly">It renews in the short form where it may; a fleet that is not large does not.</param>
internal sealed record MemberRules(bool Fences = true, bool Quiesces = true, bool RenewsQuietly = true);
