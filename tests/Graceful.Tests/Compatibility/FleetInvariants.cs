using System.Globalization;

namespace Graceful.Tests;

/// <summary>The promises, held against what happens in a simulated fleet by someone who sees all of it: the store, every member, and the data.</summary>
internal sealed partial class FleetInvariants(SimulatedMember?[] slots, Action<string> fail)
{
    private const int Levels = 6;
    private readonly int[,] _extant = Nothing();
    private readonly HashSet<long> _epochs = [];
    private FleetFacts _facts = new();
    private FleetState _state = FleetState.None;
    private int _now;
    private int _jumps;

    public FleetFacts CopyFacts() => _facts.Copy();

    public void Jumped() => _jumps++;

    public void FailedOver(FleetFacts facts, FleetState restored, int now)
    {
        _facts = facts;
        foreach (var member in slots)
        {
            // Whoever was let in by the lost line covers what came back: that is what the prior edges are for.
            if (member is not null && restored is { Epoch: > 0, IsForming: false } && member.IsServing(now) && now - member.LastRenewed <= SimulatedTimes.Lease && Uncovered(member, _state) is null)
            {
                Covers(member, restored, "S4 after a failover");
            }
        }
    }

    /// <summary>S3, and what exists from now on.</summary>
    public void Write(SimulatedMember member, Operation operation)
    {
        var retention = (int)member.Build.Declared[SimulatedBuild.Contracts[operation.Contract]].Retention.TotalSeconds;
        _extant[operation.Contract, operation.Level] = Math.Max(_extant[operation.Contract, operation.Level], _now + retention);
        if (!_state.IsForming && _state.Contracts.TryGetValue(SimulatedBuild.Contracts[operation.Contract], out var c) && (operation.Level < c.Low || operation.Level > c.High))
        {
            Broken("S3", $"{member.Id} wrote {operation} outside of {SimulatedText.Of(c)}");
        }
    }

    /// <summary>Every second.</summary>
    public void Check(int now, FleetState state)
    {
        (_now, _state) = (now, state);
        foreach (var member in slots)
        {
            if (member is null || member.IsFrozen(now) || !member.IsServing(now))
            {
                continue;
            }

            for (var contract = 0; contract < SimulatedBuild.Contracts.Length; contract++)
            {
                var range = member.Build.Range(contract);
                if (member.View.Contracts.TryGetValue(SimulatedBuild.Contracts[contract], out var view) && !range.Contains(view.Active))
                {
                    Broken("S1", $"{member.Id} serves at {SimulatedText.Of(view)} with {range}");
                }

                for (var level = 0; level < Levels; level++)
                {
                    if (_extant[contract, level] >= now && !range.Contains(level))
                    {
                        Broken("S2", $"{member.Id} serves with {range}, and data of {SimulatedBuild.Contracts[contract]} {level} exists until {_extant[contract, level]}");
                    }
                }
            }
        }

        Progress();
    }

    /// <summary>
    /// S4: whoever begins to serve covers the window of that moment. (A lease alone is no permission: one that was taken while the store formed, or that a failover brought back, is judged by the
    /// member itself.)
    /// </summary>
    public void Joined(SimulatedMember member, FleetState state) => Covers(member, state, "S4");

    /// <summary>Whether nothing exists beyond the written level, nor will.</summary>
    public bool NothingIsLeft(int contract, FleetState state)
    {
        if (!state.Contracts.TryGetValue(SimulatedBuild.Contracts[contract], out var c))
        {
            return false;
        }

        for (var level = 0; level < Levels; level++)
        {
            if (level != c.Active && _extant[contract, level] >= _now)
            {
                return false;
            }
        }

        foreach (var member in slots)
        {
            if (member is not null && ((member.View.Contracts.GetValueOrDefault(SimulatedBuild.Contracts[contract])?.Active ?? c.Active) != c.Active
                || member.Operations.Exists(o => o.Contract == contract && o.Level != c.Active)))
            {
                return false;
            }
        }

        return true;
    }

    private void Covers(SimulatedMember member, FleetState state, string promise)
    {
        if (Uncovered(member, state) is { } what)
        {
            Broken(promise, $"{member.Id} is in {what}");
        }
    }

    private static string? Uncovered(SimulatedMember member, FleetState state)
    {
        for (var contract = 0; contract < SimulatedBuild.Contracts.Length; contract++)
        {
            var c = state.Contracts.GetValueOrDefault(SimulatedBuild.Contracts[contract]);
            var range = member.Build.Range(contract);
            if (c is null ? !range.Contains(0) : range.Min > c.Low || range.Max < c.High)
            {
                return $"{(c is null ? "none" : SimulatedText.Of(c))} with {range}";
            }
        }

        return null;
    }

    private void Broken(string promise, string what) => fail(string.Create(CultureInfo.InvariantCulture, $"{promise}: {what}"));

    private static int[,] Nothing()
    {
        var extant = new int[SimulatedBuild.Contracts.Length, Levels];
        for (var contract = 0; contract < SimulatedBuild.Contracts.Length; contract++)
        {
            for (var level = 0; level < Levels; level++)
            {
                extant[contract, level] = -1;
            }
        }

        return extant;
    }
}
