using System.Collections.Immutable;

namespace Graceful.Tests;

internal sealed partial class SimulatedFleet
{
    private static readonly int[] Jumps = [-30, -5, 0, 0, 0, 0, 2, 30];

    private void Begin()
    {
        var (builds, level) = SimulatedBuild.Begin(_history.Beginning);
        if (level >= 0)
        {
            var census = Census();
            var next = ContractMachine.Found(
                ContractMachine.Form(census.Now, SimulatedTimes.Timings), census.Now + 1,
                ImmutableSortedDictionary<string, ContractDeclaration>.Empty.Add(SimulatedBuild.Session, new(new LevelRange(level, level))));
            Replace(new Intent(0, Change.Form, census, next));
        }

        for (var slot = 0; slot < builds.Length; slot++)
        {
            Start(slot, builds[slot]);
        }
    }

    private void Start(int slot, int build)
    {
        Crash(slot);
        _slots[slot] = new SimulatedMember($"m{++_started}", SimulatedBuild.Of(_history.Retention, build), _rules) { NextBeat = Now + 1 };
    }

    private void Crash(int slot)
    {
        // What it has written stays, what it was about to write does not.
        _slots[slot]?.Operations.Clear();
        _slots[slot] = null;
    }

    private void Suffer(in Event e)
    {
        if (e.Blow == Blow.Start)
        {
            Start(e.Slot, e.Amount);
        }
        else if (e.Blow is Blow.Flush or Blow.FailOver or Blow.TurnClock)
        {
            Lose(e);
        }
        else if (e.Blow >= Blow.Activate)
        {
            Operate(e);
        }
        else if (_slots[e.Slot] is { } member)
        {
            Trouble(member, e);
        }
    }

    private void Trouble(SimulatedMember member, in Event e)
    {
        switch (e.Blow)
        {
            case Blow.Leave:
                // At the end of its drain.
                if (member.Operations.Count == 0 || !member.IsServing(Now))
                {
                    Crash(e.Slot);
                    _store.LeaveAsync(member.Id, default).AsTask().Wait();
                }

                break;
            case Blow.Crash:
                Crash(e.Slot);
                break;
            case Blow.Cut:
                member.CutUntil = Now + e.Amount;
                break;
            case Blow.Deafen:
                member.DeafUntil = Now + e.Amount;
                break;
            case Blow.Delay:
                member.Delay = 1 + (e.Amount / 2);
                break;
            case Blow.Repeat:
                member.Repeat = 1 + e.Amount;
                break;
            case Blow.Linger:
                member.Linger(Now, e.Amount);
                break;
            case Blow.Freeze:
                member.FrozenUntil = Now + e.Amount;
                break;
            default:
                member.Dawdle = 1 + (e.Amount / 3);
                _invariants.Dawdled();
                break;
        }
    }

    private void Lose(in Event e)
    {
        foreach (var member in _slots)
        {
            member?.EndLingering(Now);
        }

        switch (e.Blow)
        {
            case Blow.Flush:
                _invariants.Flushed(State());
                _store = new InMemoryFleetStore(_clock);
                break;
            case Blow.FailOver when _replicas.TryGetValue(Now - (e.Amount % 6), out var replica):
                _store = replica.Store.Copy(_clock);
                _replicas.Clear(); // From here on the others follow the promoted one.
                Jump(Jumps[e.Amount % Jumps.Length]);
                _invariants.FailedOver(replica.Facts.Copy(), State(), Now);
                break;
            case Blow.TurnClock:
                Jump(e.Amount - 20);
                break;
            default:
                break;
        }
    }

    /// <summary>A jump may credit five seconds that nobody lived through, and a slow decision as many. V has room for both.</summary>
    private void Jump(int by)
    {
        _clock.Jump(0);
        if (by != 0 && Now - _lastJump > SimulatedTimes.Exclusion + SimulatedTimes.Slack)
        {
            _lastJump = Now;
            _clock.Jump(by);
            _invariants.Jumped();
        }
    }

    private void Operate(in Event e)
    {
        var contract = SimulatedBuild.Contracts[e.Amount % 4 == 3 ? 1 : 0];
        if (e.Blow == Blow.Retire && !_invariants.NothingIsLeft(SimulatedBuild.Contracts.IndexOf(contract), State()))
        {
            return; // An operator who says that data is gone must be right.
        }

        var census = Census();
        var (next, _) = e.Blow switch
        {
            Blow.Pin or Blow.Unpin => ContractMachine.Pin(census, contract, e.Blow == Blow.Pin),
            _ => ContractMachine.Request(census, contract, e.Blow switch
            {
                Blow.Activate => LevelRequest.Activate,
                Blow.Cancel => LevelRequest.Cancel,
                Blow.Retreat => LevelRequest.Retreat,
                _ => LevelRequest.Retire,
            }),
        };
        if (next is not null)
        {
            Replace(new Intent(Now, Change.Operator, census, next));
        }
    }

    /// <summary>When a failover will fall back to: only those moments are kept.</summary>
    private void FindFailOvers()
    {
        var at = 0;
        foreach (var e in _history.Events)
        {
            if (e.Blow == Blow.FailOver)
            {
                _replicated.Add(at - (e.Amount % 6));
            }

            at += e.Wait;
        }
    }
}
