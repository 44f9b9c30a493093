using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Graceful;

/// <summary>The contracts of this build, fixed at start.</summary>
internal sealed class ContractCatalog
{
    public ContractCatalog(IEnumerable<DeclaredContract> contracts)
    {
        Contracts = [.. contracts.OrderBy(c => c.Name, StringComparer.Ordinal)];
        Index = Contracts.Select((c, i) => (c.Name, i)).ToFrozenDictionary(c => c.Name, c => c.i, StringComparer.Ordinal);
        Declared = Contracts.ToImmutableSortedDictionary(c => c.Name, c => c.Declaration, StringComparer.Ordinal);
        Profile = ContractProfile.Format(Declared);
    }

    public ImmutableArray<DeclaredContract> Contracts { get; }

    public FrozenDictionary<string, int> Index { get; }

    public ImmutableSortedDictionary<string, ContractDeclaration> Declared { get; }

    public string Profile { get; }

    public bool IsObserved(string contract) => Index.TryGetValue(contract, out var index) && Contracts[index].ObserveOnly;

    /// <summary>What to write at, contract by contract. Outside what a build supports only for one that is merely observed: then as near as it can.</summary>
    public int[] LevelsOf(FleetState state) =>
        [.. Contracts.Select(c => Math.Clamp(state.Contracts.TryGetValue(c.Name, out var s) ? s.Active : 0, c.Declaration.Supports.Min, c.Declaration.Supports.Max))];

    public KeyNotFoundException Unknown(string contract) => new(
        $"No contract '{contract}' is declared; declared here: {(Contracts.IsEmpty ? "none" : string.Join(", ", Contracts.Select(c => c.Name)))}. Add it in AddCompatibility.");
}
