using System.Collections.Immutable;

namespace Graceful;

/// <summary>Read, decide with the one state machine, compare and set; again when somebody was faster.</summary>
internal sealed class CompatibilityAdmin(TimedFleetStore store, MemberState member, ContractCatalog catalog, CompatibilityOptions options) : ICompatibilityAdmin
{
    private const int MostAttempts = 10;

    public ValueTask<AdminOutcome> PinAsync(string contract, CancellationToken cancellationToken = default) =>
        ChangeAsync(c => ContractMachine.Pin(c, contract, pinned: true), cancellationToken);

    public ValueTask<AdminOutcome> UnpinAsync(string contract, CancellationToken cancellationToken = default) =>
        ChangeAsync(c => ContractMachine.Pin(c, contract, pinned: false), cancellationToken);

    public ValueTask<AdminOutcome> ActivateAsync(string contract, CancellationToken cancellationToken = default) => RequestAsync(contract, LevelRequest.Activate, cancellationToken);

    public ValueTask<AdminOutcome> CancelAsync(string contract, CancellationToken cancellationToken = default) => RequestAsync(contract, LevelRequest.Cancel, cancellationToken);

    public ValueTask<AdminOutcome> RetreatAsync(string contract, CancellationToken cancellationToken = default) => RequestAsync(contract, LevelRequest.Retreat, cancellationToken);

    public ValueTask<AdminOutcome> RetireAsync(string contract, CancellationToken cancellationToken = default) => RequestAsync(contract, LevelRequest.Retire, cancellationToken);

    public async ValueTask<ContractExplanation> ExplainAsync(string contract, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(contract);
        var census = await store.TakeCensusAsync(cancellationToken).ConfigureAwait(false);
        if (!census.State.Contracts.TryGetValue(contract, out var state))
        {
            return !catalog.Index.ContainsKey(contract)
                ? throw catalog.Unknown(contract)
                : new ContractExplanation(
                    contract, new ContractLevel(0, LevelRange.Absent, census.State.Epoch, LevelMode.Stable), false, $"The fleet does not know '{contract}' yet: it counts as level 0.", null, []);
        }

        var records = await store.ReadMembersAsync(cancellationToken).ConfigureAwait(false);
        return ContractAccount.Explain(contract, state, census, [.. records.Where(r => r.IsLive)], options.Bake, member.StoreNow);
    }

    public async ValueTask<RollBackAnswer> CanRollBackAsync(IReadOnlyDictionary<string, LevelRange> ranges, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        var census = await store.TakeCensusAsync(cancellationToken).ConfigureAwait(false);
        var records = await store.ReadMembersAsync(cancellationToken).ConfigureAwait(false);
        var state = census.State;
        var declared = ranges.ToImmutableSortedDictionary(r => r.Key, r => new ContractDeclaration(r.Value), StringComparer.Ordinal);
        var members = records.Where(r => r.IsLive).Select(MemberInfo.Read).ToList();
        var obstacles = ContractMachine.Check(state, declared, isReturning: false).Select(m => new RollBackObstacle(
            m.Contract,
            m.Window,
            m.Supports,
            state.Contracts.TryGetValue(m.Contract, out var c) && m.Supports.Contains(c.Active) ? LevelForecast.NarrowedIn(c, state) : null,
            MismatchText.Describe(m, state, members, member.StoreNow))).ToList();
        return new RollBackAnswer(obstacles.Count == 0, obstacles.Count == 0 ? PossibleFor(state, ranges) : null, obstacles);
    }

    /// <summary>The next raise that would shut the build out.</summary>
    private TimeSpan? PossibleFor(FleetState state, IReadOnlyDictionary<string, LevelRange> ranges)
    {
        var raises = state.Contracts
            .Where(c => c.Value.Mode == LevelMode.Baking && ranges.GetValueOrDefault(c.Key, LevelRange.Absent).Max <= c.Value.Active)
            .Select(c => LevelForecast.StepEndsIn(c.Value, state, options.Bake)).ToList();
        return raises.Count == 0 ? null : raises.Min();
    }

    private ValueTask<AdminOutcome> RequestAsync(string contract, LevelRequest request, CancellationToken cancellationToken) =>
        ChangeAsync(c => ContractMachine.Request(c, contract, request), cancellationToken);

    private async ValueTask<AdminOutcome> ChangeAsync(Func<FleetCensus, (FleetState? Next, string? Refusal)> change, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var census = await store.TakeCensusAsync(cancellationToken).ConfigureAwait(false);
            var (next, refusal) = change(census);
            if (next is null)
            {
                return new AdminOutcome(refusal is null, refusal);
            }

            if (await store.TryReplaceAsync(census, next, cancellationToken).ConfigureAwait(false))
            {
                return new AdminOutcome(true, null);
            }
        }

        return new AdminOutcome(false, "the fleet changed at every attempt; try again");
    }
}
