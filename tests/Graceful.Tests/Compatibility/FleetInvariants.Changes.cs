namespace Graceful.Tests;

internal sealed partial class FleetInvariants
{
    private long _lost;

    /// <summary>The store loses everything.</summary>
    public void Flushed(FleetState lost)
    {
        _facts = new FleetFacts();
        _lost = lost.IsForming ? _lost : Math.Max(_lost, lost.Epoch);
    }

    /// <summary>A state has taken the place of another.</summary>
    public void Replaced(Change change, FleetCensus census, FleetState next, int now)
    {
        var before = census.State;
        if (!_epochs.Add(next.Epoch))
        {
            Broken("S8", $"epoch {next.Epoch} for {SimulatedText.Of(next)}");
        }

        if (next.IsForming)
        {
            Forming(change, before, next, now);
            return;
        }

        var ends = before.Epoch == 0 || before.IsForming;
        if (ends)
        {
            EndForming(before);
        }

        for (var contract = 0; contract < SimulatedBuild.Contracts.Length; contract++)
        {
            var name = SimulatedBuild.Contracts[contract];
            if (!next.Contracts.TryGetValue(name, out var to))
            {
                continue;
            }

            if (to.Low > to.Active || to.High < to.Active || to.PriorLow > to.Low || to.PriorHigh < to.High)
            {
                Broken("window", SimulatedText.Of(to));
            }

            var from = ends ? null : before.Contracts.GetValueOrDefault(name);
            if (from is not null && change != Change.Merge)
            {
                Moved(contract, from, to, census, now);
            }

            ref var edge = ref _facts.Of(contract);
            if (from is null || to.High > from.High)
            {
                (edge.HighSince, edge.HighEpoch) = (now, next.Epoch);
            }

            if (from is null || to.Low < from.Low)
            {
                (edge.LowSince, edge.LowEpoch) = (now, next.Epoch);
            }
        }
    }

    private void Moved(int contract, ContractState from, ContractState to, FleetCensus census, int now)
    {
        if (from.Pinned && to.High > from.High)
        {
            Broken("S10", $"{SimulatedText.Of(from)} → {SimulatedText.Of(to)}");
        }

        var edge = _facts.Of(contract);
        if (to.Active > from.Active)
        {
            Fenced(from, to, edge.HighSince, edge.HighEpoch, to.Active <= from.High, census, now);
        }
        else if (to.Active < from.Active)
        {
            Fenced(from, to, edge.LowSince, edge.LowEpoch, to.Active >= from.Low, census, now);
        }

        if (to.Low > from.Low || to.High < from.High)
        {
            Narrowed(contract, from, to, now);
        }
    }

    // S5, and the same for the way down: fenced in V before, in time that was really lived through, and known to everybody with a lease.
    private void Fenced(ContractState from, ContractState to, int since, long epoch, bool inside, FleetCensus census, int now)
    {
        var falsified = _jumps > 0 || _dawdled ? SimulatedTimes.Slack : 1;
        if (!inside || now - since < SimulatedTimes.Exclusion - falsified)
        {
            Broken("S5", $"{SimulatedText.Of(from)} → {SimulatedText.Of(to)}, fenced in since {since}");
        }

        foreach (var group in census.Groups)
        {
            if (group.Acknowledged < epoch)
            {
                Broken("S5", $"{SimulatedText.Of(from)} → {SimulatedText.Of(to)}, not acknowledged by {group.Slowest}");
            }
        }
    }

    // S6: nothing is left of what is cut off, nobody is at it, and nobody will be.
    private void Narrowed(int contract, ContractState from, ContractState to, int now)
    {
        for (var level = from.Low; level <= from.High; level++)
        {
            if ((level < to.Low || level > to.High) && _extant[contract, level] >= now)
            {
                Broken("S6", $"{SimulatedText.Of(from)} → {SimulatedText.Of(to)}, data of {level} exists until {_extant[contract, level]}");
            }
        }

        foreach (var member in slots)
        {
            if (member is null)
            {
                continue;
            }

            foreach (var operation in member.Operations)
            {
                if (operation.Contract == contract && (operation.Level < to.Low || operation.Level > to.High) && member.MayWrite(operation, now))
                {
                    Broken("S6", $"{SimulatedText.Of(from)} → {SimulatedText.Of(to)}, {member.Id} is at {operation}");
                }
            }

            if (member.IsServing(now) && member.View.Contracts.TryGetValue(SimulatedBuild.Contracts[contract], out var view) && (view.Active < to.Low || view.Active > to.High))
            {
                Broken("S6", $"{SimulatedText.Of(from)} → {SimulatedText.Of(to)}, {member.Id} writes at {view.Active}");
            }
        }
    }

    private void Forming(Change change, FleetState before, FleetState next, int now)
    {
        if (next.Contracts.Count > 0 && change == Change.Decision)
        {
            // A guess: what was before it is beyond anybody's promise. But whoever served before must have stopped.
            _facts.Guessed = true;
            foreach (var member in slots)
            {
                if (member is not null && member.IsServing(now))
                {
                    Broken("founding", $"{member.Id} serves still");
                }
            }
        }
        else
        {
            _facts.Guessed &= next.Contracts == before.Contracts;
        }
    }

    private void EndForming(FleetState forming)
    {
        // Told by a member that served, or by one that had seen the last of it: nothing may break.
        if (_facts.Guessed || (forming.Founded == 0 && forming.Told < _lost))
        {
            Array.Clear(_extant);
            _facts.Guessed = false;
        }
    }
}
