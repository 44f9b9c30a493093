using System.Globalization;

namespace Graceful.Tests;

/// <summary>
/// A fleet on one store, second by second: every member beats, works and decides as the runtime does, over a network that delays, repeats and loses, and a store that fails over and forgets. The
/// store and the state machine are the product's. What must hold is held against everything that happens (<see cref="FleetInvariants"/>).
/// </summary>
internal sealed partial class SimulatedFleet
{
    /// <summary>Long enough for the longest wait of any mode, and what a crash before it adds.</summary>
    private const int Quiet = SimulatedTimes.Exclusion + 14 + SimulatedTimes.Lease + 24;

    private readonly FleetHistory _history;
    private readonly MemberRules _rules;
    private readonly SimulatedMember?[] _slots = new SimulatedMember?[FleetHistory.Slots];
    private readonly List<Message> _messages = [];
    private readonly List<Intent> _intents = [];
    private readonly Dictionary<int, Replica> _replicas = [];
    private readonly HashSet<int> _replicated = [];
    private readonly SimulatedClock _clock = new();
    private readonly FleetInvariants _invariants;
    private readonly List<string>? _journal;
    private InMemoryFleetStore _store;
    private int _started;
    private int _lastJump = -1000;

    public SimulatedFleet(FleetHistory history, MemberRules rules, bool keepsJournal = false)
    {
        (_history, _rules) = (history, rules);
        _journal = keepsJournal ? [] : null;
        _store = new InMemoryFleetStore(_clock);
        _invariants = new FleetInvariants(_slots, Fail);
    }

    /// <summary>A failure of an invariant.</summary>
    public sealed class BrokenException(string message) : Exception(message);

    public static void Live(FleetHistory history, MemberRules rules)
    {
        try
        {
            new SimulatedFleet(history, rules).Run();
        }
        catch (BrokenException)
        {
            new SimulatedFleet(history, rules, keepsJournal: true).Run(); // The same again, told in full.
            throw;
        }
    }

    /// <summary>Renewals in their short form.</summary>
    public int QuietRenewals { get; private set; }

    private int Now => _clock.Seconds;

    public void Run()
    {
        FindFailOvers();
        Begin();
        foreach (var e in _history.Events)
        {
            Say($"{e.Blow} {e.Slot} {e.Amount}");
            Suffer(e);
            for (var i = 0; i < e.Wait; i++)
            {
                Second();
            }
        }

        foreach (var member in _slots)
        {
            if (member is not null)
            {
                (member.FrozenUntil, member.CutUntil, member.DeafUntil, member.Delay, member.Repeat, member.Dawdle) = (-1, -1, -1, 0, 0, 0);
            }
        }

        while (Array.Exists(_slots, m => m is not null && m.Operations.Exists(o => o.Ends > Now + SimulatedTimes.MaxOperation)))
        {
            Second();
        }

        _invariants.BeginQuiet(Now);
        for (var i = 0; i < Quiet; i++)
        {
            Second();
        }
    }

    private void Second()
    {
        _clock.Seconds++;
        Deliver();
        Carry();
        foreach (var member in _slots)
        {
            if (member is not null && !member.IsFrozen(Now))
            {
                member.Work(Now, _invariants.Write);
                if (Now >= member.NextBeat)
                {
                    member.NextBeat = Now + SimulatedTimes.Renew;
                    Send(member);
                }
            }
        }

        if (_replicated.Contains(Now))
        {
            _replicas[Now] = new Replica(_store.Copy(_clock), _invariants.CopyFacts());
        }

        _invariants.Check(Now, State());
    }

    private void Send(SimulatedMember member)
    {
        var beat = new FleetBeat(
            member.Id, ++member.Sequence, member.Build.Profile, member.Acknowledged, member.View.Epoch, member.IsServing(Now), false, TimeSpan.FromSeconds(SimulatedTimes.Lease), member.HasInfo ? null : "{}");
        var (delay, repeat) = (member.Delay, member.Repeat);
        (member.Delay, member.Repeat) = (0, 0);
        var ends = member.BeginRenewal(beat, Now);
        if (member.IsCut(Now))
        {
            return;
        }

        var message = new Message(Now + delay, member, beat, Now, ends);
        if (repeat > 0)
        {
            _messages.Add(message with { At = Now + repeat });
        }

        if (delay > 0)
        {
            _messages.Add(message);
            return;
        }

        Arrive(message);
    }

    private void Deliver()
    {
        for (var i = _messages.Count - 1; i >= 0; i--)
        {
            var message = _messages[i];
            if (message.At > Now || (message.Answer is not null && message.Member.IsFrozen(Now)))
            {
                continue;
            }

            _messages.RemoveAt(i);
            if (message.Answer is { } answer)
            {
                Receive(message, answer);
            }
            else
            {
                Arrive(message);
            }
        }
    }

    private void Arrive(Message message)
    {
        var (member, beat) = (message.Member, message.Beat);
        var answer = message.LeaseEnds is { } ends
            ? new Answer(null, Done(_store.RenewAsync(member.Id, ends, default)))
            : new Answer(Done(_store.BeatAsync(beat, default)), default);
        Say($"{member.Id} {(answer.Reply is { } r ? $"beat {beat.Sequence} → {r.Status}{(r.MayDecide ? " ticket" : "")}" : $"renewal → {answer.Renewal.IsRenewed}")}");
        if (Array.IndexOf(_slots, member) < 0 || Now < member.DeafUntil)
        {
            return;
        }

        if (member.IsFrozen(Now))
        {
            _messages.Add(message with { At = member.FrozenUntil, Answer = answer });
            return;
        }

        Receive(message, answer);
    }

    private void Receive(Message message, Answer answer)
    {
        // A renewal that has been given up for a later one is not looked at any more.
        var (member, beat, sent) = (message.Member, message.Beat, message.Sent);
        if (answer.Reply is { Status: BeatStatus.Stale } || beat.Sequence != member.Sequence || Array.IndexOf(_slots, member) < 0)
        {
            return;
        }

        if (member.EndRenewal(beat, answer.Reply, answer.Renewal, sent) is not { } reply)
        {
            member.NextBeat = Now + 1; // In full.
            return;
        }

        QuietRenewals += answer.Reply is null ? 1 : 0;
        Follow(member, beat, reply, sent);
    }

    private void Follow(SimulatedMember member, FleetBeat beat, BeatReply reply, int sent)
    {
        var store = reply.Epoch == 0 ? FleetState.None : reply.State ?? member.View;
        var serving = member.IsServing(Now);
        if (ContractMachine.Lacks(store, member.View, serving))
        {
            var census = Census();
            if (ContractMachine.Lacks(census.State, member.View, serving))
            {
                var merged = ContractMachine.Merge(census.State, member.View, census.Now, serving);
                if (!Replace(new Intent(Now, Change.Merge, census, merged)) || merged.IsForming)
                {
                    return;
                }

                store = merged;
            }
            else
            {
                store = census.State;
            }
        }

        if (reply.Status == BeatStatus.NoState)
        {
            if (store.Epoch == 0)
            {
                var census = Census();
                if (census.State.Epoch == 0)
                {
                    Replace(new Intent(Now, Change.Form, census, ContractMachine.Form(census.Now, SimulatedTimes.Timings)));
                }
            }
            else if (reply.MayDecide)
            {
                Decide(member, reply.Now);
            }

            return;
        }

        if (reply.MayDecide || (reply.Status == BeatStatus.Incompatible && reply.Live == 0))
        {
            store = Decide(member, reply.Now) ?? store;
        }

        member.Install(store);
        if (member.Judge(reply.Status == BeatStatus.Held, beat.IsServing, sent))
        {
            if (!beat.IsServing && member.IsServing(Now))
            {
                _invariants.Joined(member, State());
            }
        }
        else if (reply.Status == BeatStatus.Held)
        {
            _store.LeaveAsync(member.Id, default).AsTask().Wait();
        }
    }

    private FleetCensus Census() => Done(_store.TakeCensusAsync(default));

    private static T Done<T>(ValueTask<T> task) => task.IsCompletedSuccessfully ? task.Result : throw new InvalidOperationException("The store in memory answers at once.");

    private FleetState State() => _store.State;

    private void Say(string text) => _journal?.Add(string.Create(CultureInfo.InvariantCulture, $"{Now,4} {text}"));

    private void Fail(string what)
    {
        var members = string.Join("\n  ", _slots.Select(m => m?.ToString() ?? "-"));
        throw new BrokenException($"{what}\n  at {Now} s\n  {members}\n  store: {SimulatedText.Of(State())}\n  {string.Join("\n  ", _journal ?? [])}");
    }

    private sealed record Message(int At, SimulatedMember Member, FleetBeat Beat, int Sent, long? LeaseEnds, Answer? Answer = null);

    private sealed record Answer(BeatReply? Reply, RenewalReply Renewal);

    private sealed record Intent(int At, Change Change, FleetCensus Census, FleetState Next);

    private sealed record Replica(InMemoryFleetStore Store, FleetFacts Facts);
}

/// <summary>Who changed the state.</summary>
internal enum Change
{
    Form,
    Decision,
    Merge,
    Operator,
}
