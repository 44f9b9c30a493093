namespace Graceful.Tests;

internal sealed partial class FleetInvariants
{
    // A crash just before: its lease; then its acknowledgement comes from nobody; an operation ends; a few renewals.
    private const int Grace = SimulatedTimes.Lease + SimulatedTimes.MaxOperation + (6 * SimulatedTimes.Renew);

    private readonly (LevelMode Mode, int Active, int Since)[] _modes = new (LevelMode, int, int)[SimulatedBuild.Contracts.Length];
    private readonly int[] _fits = new int[FleetHistory.Slots];
    private bool _quiet;
    private bool _dawdled;
    private int _formingSince;

    public void Dawdled() => _dawdled = true;

    /// <summary>Nothing befalls the fleet any more: from here on everything that can happen must happen in time.</summary>
    public void BeginQuiet(int now)
    {
        _quiet = true;
        _formingSince = now;
        Restart();
    }

    private void Restart()
    {
        Array.Fill(_modes, (LevelMode.Stable, -1, _now));
        Array.Fill(_fits, _now);
    }

    private void Progress()
    {
        if (!_quiet || !Array.Exists(slots, m => m is not null))
        {
            return;
        }

        if (_state.Epoch == 0 || _state.IsForming)
        {
            Restart();
            if (_now - _formingSince > SimulatedTimes.Exclusion + SimulatedTimes.Slack + Late())
            {
                Broken("founding", "forms for ever");
            }

            return;
        }

        _formingSince = _now;
        for (var contract = 0; contract < SimulatedBuild.Contracts.Length; contract++)
        {
            if (_state.Contracts.TryGetValue(SimulatedBuild.Contracts[contract], out var c))
            {
                Moves(contract, c);
            }
        }

        for (var slot = 0; slot < slots.Length; slot++)
        {
            Joins(slot);
        }
    }

    // L1, L2, L4: no mode lasts longer than its wait.
    private void Moves(int contract, ContractState c)
    {
        ref var last = ref _modes[contract];
        if (last.Mode != c.Mode || last.Active != c.Active || Waits(contract, c) is not { } wait)
        {
            last = (c.Mode, c.Active, _now);
            return;
        }

        if (_now - last.Since > wait + Late())
        {
            Broken("L1", $"{SimulatedBuild.Contracts[contract]} stays {SimulatedText.Of(c)} since {last.Since}");
        }
    }

    private int? Waits(int contract, ContractState c) => c.Mode switch
    {
        LevelMode.Stable => CanRaise(contract, c) ? 0 : null,
        LevelMode.Baking => SimulatedTimes.Bake,
        LevelMode.Settling or LevelMode.Shrinking => c.RetainManually ? null : SimulatedTimes.Exclusion + (int)c.Retention.TotalSeconds + 5,
        LevelMode.Confirming or LevelMode.Committing => SimulatedTimes.Slack,
        _ => SimulatedTimes.Exclusion,
    };

    private bool CanRaise(int contract, ContractState c)
    {
        if (c.Pinned)
        {
            return false;
        }

        foreach (var member in slots)
        {
            if (member is not null && !member.Build.Allows(contract, c.Active + 1) && _state.Contracts.Count > 0 && Fits(member))
            {
                return false;
            }
        }

        return Array.Exists(slots, m => m is not null && Fits(m));
    }

    private bool Fits(SimulatedMember member) => ContractMachine.Check(_state, member.Build.Declared, isReturning: false).IsEmpty;

    // L3: whoever fits is in.
    private void Joins(int slot)
    {
        if (slots[slot] is not { } member || member.IsServing(_now) || !Fits(member))
        {
            _fits[slot] = _now;
        }
        else if (_now - _fits[slot] > 4 * SimulatedTimes.Renew)
        {
            Broken("L3", $"{member.Id} fits and does not serve");
        }
    }

    // A clock that went back makes leases last as much longer.
    private int Late() => Grace + (_jumps > 0 ? 40 : 0);
}
