namespace Graceful;

/// <summary>Says where a contract stands, what it waits for, and for whom.</summary>
internal static class ContractAccount
{
    public static ContractExplanation Explain(string name, ContractState contract, FleetCensus census, IReadOnlyList<FleetRecord> live, TimeSpan bake, DateTimeOffset now)
    {
        var state = census.State;
        var next = contract.Active + 1;
        var wanted = live.Any(r => Declared(r.Profile, name).Supports.Max >= next);
        var blockers = new List<ContractBlocker>();
        foreach (var record in live)
        {
            var member = MemberInfo.Read(record);
            if (Blocks(name, contract, record, member, next, wanted, now) is { } reason)
            {
                blockers.Add(new ContractBlocker(member, reason));
            }
        }

        var time = LevelForecast.StepEndsIn(contract, state, bake);
        var level = new ContractLevel(contract.Active, new LevelRange(contract.Low, contract.High), state.Epoch, contract.Mode);
        return new ContractExplanation(name, level, contract.Pinned, Summary(contract, next, time, blockers.Count), time, blockers);
    }

    private static string Summary(ContractState contract, int next, TimeSpan? time, int blockers)
    {
        var soon = time is { } left ? left > TimeSpan.Zero ? $"in about {LevelForecast.Words(left)}" : "as soon as every instance has acknowledged it" : "when an operator says that the data is gone (retire)";
        return contract.Mode switch
        {
            LevelMode.Stable when contract.Pinned => $"Level {contract.Active} is written, and pinned.",
            LevelMode.Stable when blockers > 0 => $"Level {contract.Active} is written; {blockers} instance(s) are in the way of level {next}.",
            LevelMode.Stable => $"Level {contract.Active} is written.",
            LevelMode.Baking => $"Every instance can read level {next}; it is raised {soon}. Until then nothing has changed.",
            LevelMode.Committing => $"Level {(contract.High > contract.Active ? contract.High : contract.Low)} is written {soon}.",
            LevelMode.Raising => $"Level {contract.High} is written {soon}. Until then the raise can be cancelled.",
            LevelMode.Settling => $"Level {contract.Active} is written; data of level {contract.Low} counts as gone {soon}.",
            LevelMode.Cancelling => $"The raise to level {contract.High} was called off; it is forgotten {soon}.",
            LevelMode.Lowering => $"Level {contract.Low} is written again {soon}.",
            LevelMode.Shrinking => $"Level {contract.Active} is written again; data of level {contract.High} counts as gone {soon}.",
            _ => $"Level {contract.Active} is written; the store's replicas learn of it {soon}.",
        };
    }

    private static string? Blocks(string name, ContractState contract, FleetRecord record, FleetMember member, int next, bool wanted, DateTimeOffset now)
    {
        var who = MismatchText.Name(member, name, now);
        if (contract.Mode == LevelMode.Stable)
        {
            var declaration = Declared(record.Profile, name);
            return declaration.Supports.Max < next ? wanted ? who : null
                : declaration.Ceiling < next ? $"{who}; it lets nothing above {declaration.Ceiling} be activated"
                : declaration.Manual && contract.Request != LevelRequest.Activate ? $"{who}; it waits for an operator (activate)"
                : null;
        }

        return contract.Fence > 0 && record.Acknowledged < contract.Fence ? $"{who}; operations from before the change still run there" : null;
    }

    private static ContractDeclaration Declared(string profile, string name) =>
        ContractProfile.TryParse(profile, out var declared) ? declared.GetValueOrDefault(name, ContractDeclaration.Absent) : ContractDeclaration.Absent;
}
