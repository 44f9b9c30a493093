namespace Graceful;

/// <summary>What an operator may ask of a contract, and what he is told when it cannot be: the contract, where it stands, what to do.</summary>
internal static class ContractRequests
{
    public static (FleetState? Next, string? Refusal) Request(FleetCensus census, string contract, LevelRequest request)
    {
        if (Find(census, contract, out var c) is { } refusal)
        {
            return (null, refusal);
        }

        if (c.Request == request)
        {
            return (null, null);
        }

        return (c.Request == LevelRequest.None || request == LevelRequest.None ? Refuse(census, contract, c, request)
                : $"'{contract}' at level {c.Active}: {c.Request} was asked before and has not happened yet. Wait a few seconds, or withdraw it first.") is { } why
            ? (null, why)
            : (With(census, contract, c with { Request = request }), null);
    }

    public static (FleetState? Next, string? Refusal) Pin(FleetCensus census, string contract, bool pinned)
    {
        if (Find(census, contract, out var c) is { } refusal)
        {
            return (null, refusal);
        }

        return (c.Pinned == pinned ? null : With(census, contract, c with { Pinned = pinned }), null);
    }

    private static FleetState With(FleetCensus census, string name, ContractState contract) => census.State with
    {
        Epoch = ContractMachine.Fresh(census.State.Epoch, census.Now),
        Contracts = census.State.Contracts.SetItem(name, contract),
    };

    private static string? Find(FleetCensus census, string name, out ContractState contract)
    {
        contract = null!;
        if (census.State.Epoch == 0 || census.State.IsForming)
        {
            return $"The fleet has no agreed levels yet: its store is new or lost its data, and waits up to {Seconds(census.State.ExclusionWait)} for members of before. Ask again after that.";
        }

        if (census.State.Contracts.TryGetValue(name, out contract!))
        {
            return null;
        }

        var known = string.Join(", ", census.State.Contracts.Keys.Select(k => $"'{k}'"));
        return $"The fleet knows no contract '{name}'; it knows {(known.Length == 0 ? "none" : known)}.";
    }

    private static string? Refuse(FleetCensus census, string name, ContractState c, LevelRequest request) => request switch
    {
        LevelRequest.Activate => RefuseActivate(census, name, c),
        LevelRequest.Cancel => c.Mode switch
        {
            LevelMode.Raising or LevelMode.Lowering or LevelMode.Committing => null,
            LevelMode.Settling => $"'{name}': level {c.Active} is written already, there is nothing left to cancel. Retreat goes back to {c.Active - 1}.",
            LevelMode.Baking => $"'{name}' is at level {c.Active} and nothing has begun: {c.Active + 1} is still baking. Pin '{name}' to hold it at {c.Active}.",
            _ => $"'{name}' is at level {c.Active} ({c.Mode}): no change of level is under way that could be cancelled.",
        },
        LevelRequest.Retreat => RefuseRetreat(census, name, c),
        LevelRequest.Retire => c.Mode is LevelMode.Settling or LevelMode.Shrinking
            ? null
            : $"'{name}' is at level {c.Active} ({c.Mode}): no data of another level is being waited for, so there is nothing to retire.",
        _ => null,
    };

    private static string? RefuseActivate(FleetCensus census, string name, ContractState c)
    {
        if (c.Mode is not (LevelMode.Stable or LevelMode.Baking or LevelMode.Confirming))
        {
            return $"'{name}' is moving already: level {c.Active}, window {Window(c)}, {c.Mode}. Wait until it is stable, then activate the next level.";
        }

        if (c.Pinned)
        {
            return $"'{name}' is pinned at level {c.Active}. Unpin it first, then activate {c.Active + 1}.";
        }

        var blockers = Blockers(census, name, d => d.Supports.Max <= c.Active || d.Ceiling <= c.Active, d => d.Supports.Max > c.Active
            ? $"lets it be activated up to {d.Ceiling} only" : $"supports {d.Supports}");
        return blockers.Length > 0
            ? $"'{name}' cannot go from level {c.Active} to {c.Active + 1}: {blockers}. Replace those instances by a build that supports {c.Active + 1}, then activate it."
            : census.Groups.IsEmpty ? $"'{name}' cannot go from level {c.Active} to {c.Active + 1}: no instance is live." : null;
    }

    private static string? RefuseRetreat(FleetCensus census, string name, ContractState c)
    {
        if (c.Active == 0)
        {
            return $"'{name}' is at level 0: there is no level below.";
        }

        if (c.Mode is LevelMode.Raising or LevelMode.Committing && c.High > c.Active)
        {
            return $"'{name}' is still at level {c.Active}, {c.High} is about to be written. Cancel calls that off.";
        }

        if (c.Mode is not (LevelMode.Stable or LevelMode.Baking or LevelMode.Settling or LevelMode.Confirming))
        {
            return $"'{name}' is moving already: level {c.Active}, window {Window(c)}, {c.Mode}. Wait until it is stable, then retreat.";
        }

        var blockers = Blockers(census, name, d => d.Supports.Min >= c.Active, d => $"supports {d.Supports}");
        return blockers.Length > 0
            ? $"'{name}' cannot go back from level {c.Active} to {c.Active - 1}: {blockers}. Replace those instances by a build that supports {c.Active - 1}, then retreat."
            : census.Groups.IsEmpty ? $"'{name}' cannot go back from level {c.Active} to {c.Active - 1}: no instance is live." : null;
    }

    private static string Blockers(FleetCensus census, string name, Func<ContractDeclaration, bool> blocks, Func<ContractDeclaration, string> what)
    {
        var found = new List<string>();
        foreach (var group in census.Groups)
        {
            if (ContractProfile.TryParse(group.Profile, out var declared) && declared.GetValueOrDefault(name, ContractDeclaration.Absent) is var d && blocks(d))
            {
                found.Add($"{group.Count} instance{(group.Count == 1 ? "" : "s")} ({group.Slowest}{(group.Count == 1 ? "" : ", …")}) {what(d)}");
            }
        }

        return string.Join("; ", found);
    }

    private static LevelRange Window(ContractState c) => new(c.Low, c.High);

    private static string Seconds(TimeSpan time) => $"{Math.Ceiling(time.TotalSeconds):0} s";
}
