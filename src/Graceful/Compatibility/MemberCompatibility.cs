using System.Runtime.CompilerServices;

namespace Graceful;

/// <summary>The levels as this instance knows them.</summary>
internal sealed class MemberCompatibility(LevelGate gate, MemberState member, ContractCatalog catalog) : ICompatibility
{
    public IReadOnlyList<DeclaredContract> Contracts => catalog.Contracts;

    public bool IsServing => member.IsServing;

    public string? NotServingReason => member.IsServing ? null : member.Reason;

    public ContractLevel this[string contract] => catalog.Index.TryGetValue(contract, out var index) ? Level(index) : throw catalog.Unknown(contract);

    public LevelLease Enter(string contract) => gate.TryEnter(contract, out var lease)
        ? lease
        : throw new NotServingException($"This instance must not write '{contract}': {NotServingReason ?? "it has not served since the store answered last"}.");

    public async ValueTask WaitUntilServingAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var change = member.NextChange;
            if (member.IsServing)
            {
                return;
            }

            await change.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async IAsyncEnumerable<CompatibilityChange> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var told = new CompatibilityChange?[catalog.Contracts.Length];
        while (true)
        {
            var change = member.NextChange;
            for (var i = 0; i < told.Length; i++)
            {
                var now = new CompatibilityChange(catalog.Contracts[i].Name, Level(i), member.IsServing);

                // Every epoch is new; only what it says of this contract counts.
                if (told[i] is not { } before || before with { Level = before.Level with { Epoch = now.Level.Epoch } } != now)
                {
                    yield return told[i] = now;
                }
            }

            await change.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private ContractLevel Level(int index)
    {
        var (state, level) = gate.Read(index);
        var declared = catalog.Contracts[index];

        // The gate's level is one that this build can write. Where it differs from the fleet's, only a contract that is merely observed is written at all.
        return state is null ? default
            : state.Contracts.TryGetValue(declared.Name, out var contract)
                ? new ContractLevel(declared.ObserveOnly ? level : contract.Active, new LevelRange(contract.Low, contract.High), state.Epoch, contract.Mode)
            : new ContractLevel(declared.ObserveOnly ? level : 0, LevelRange.Absent, state.Epoch, LevelMode.Stable);
    }
}
