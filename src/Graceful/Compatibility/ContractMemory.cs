using System.Collections.Immutable;

namespace Graceful;

/// <summary>
/// What members remember, put back into a store that has lost it. The rule behind all of it: between what a member remembers and what was true when the store lost it, there may be one step more,
/// known only to an instance that is gone. So a level that was about to be written counts as written, and every wait begins anew.
/// </summary>
internal static class ContractMemory
{
    public static bool Lacks(FleetState store, FleetState witness, bool isServing)
    {
        if (witness.Epoch == 0 || witness.IsForming)
        {
            return false;
        }

        if (store.Epoch == 0)
        {
            return true;
        }

        if (store.IsForming)
        {
            return witness.Epoch > store.Told || (isServing && store.Founded == 0);
        }

        // An epoch of the lost line: between what the new line was told and its beginning. Only from a member that serves: what one remembers that has been fenced for an hour is long untrue, and
        // would set a whole fleet back.
        return witness.Epoch > store.Epoch || (isServing && witness.Epoch > store.Told && witness.Epoch < store.Founded);
    }

    public static FleetState Merge(FleetState store, FleetState witness, long now, bool isServing)
    {
        var epoch = ContractMachine.Fresh(Math.Max(store.Epoch, witness.Epoch), now);
        var merged = store with
        {
            Epoch = epoch,
            Told = Math.Max(store.Told, witness.Epoch),
            ExclusionWait = ContractMachine.Longer(store.ExclusionWait, witness.ExclusionWait),
        };
        if (store.Epoch == 0 || store.IsForming)
        {
            // Nothing is decided while forming, and nobody joins: the newest memory replaces an older one, which it contains.
            return merged with
            {
                IsForming = true,
                Founded = isServing || store.Founded != 0 ? epoch : 0,
                Contracts = witness.Epoch > store.Told ? ToldAt(witness.Contracts, store.Credit) : store.Contracts,
            };
        }

        var contracts = store.Contracts.ToBuilder();
        foreach (var (name, theirs) in witness.Contracts)
        {
            contracts[name] = store.Contracts.TryGetValue(name, out var ours) ? Merge(ours, theirs, store.Credit, epoch) : Restart(theirs, store.Credit, epoch);
        }

        return merged with { Founded = witness.Epoch > store.Epoch ? epoch : store.Founded, Contracts = contracts.ToImmutable() };
    }

    /// <summary>The end of forming, when a member told.</summary>
    public static FleetState Recover(FleetState forming, long now)
    {
        var epoch = ContractMachine.Fresh(forming.Epoch, now);
        return forming with
        {
            Epoch = epoch,
            Founded = epoch,
            IsForming = false,
            Contracts = forming.Contracts.ToImmutableSortedDictionary(c => c.Key, c => Restart(c.Value, forming.Credit, epoch), StringComparer.Ordinal),
        };
    }

    private static ImmutableSortedDictionary<string, ContractState> ToldAt(ImmutableSortedDictionary<string, ContractState> contracts, TimeSpan credit) =>
        contracts.ToImmutableSortedDictionary(c => c.Key, c => c.Value with { Since = credit }, StringComparer.Ordinal);

    private static ContractState Merge(ContractState ours, ContractState theirs, TimeSpan credit, long epoch)
    {
        if (ours == theirs)
        {
            return ours; // Another contract was lost; this one's waits go on.
        }

        var merged = new ContractState
        {
            // The lower level: whoever is in the fleet reads it, it is the higher one that may be new.
            Active = Math.Min(ours.Active, theirs.Active),
            Low = Math.Min(ours.Low, theirs.Low),
            High = Math.Max(ours.High, theirs.High),
            PriorLow = Math.Min(ours.PriorLow, theirs.PriorLow),
            PriorHigh = Math.Max(ours.PriorHigh, theirs.PriorHigh),
            Mode = IsUnwritten(ours, theirs) ? LevelMode.Cancelling : LevelMode.Stable,
            Pinned = ours.Pinned || theirs.Pinned,
            Retention = ContractMachine.Longer(ours.Retention, theirs.Retention),
            RetainManually = ours.RetainManually || theirs.RetainManually,
        };
        return Restart(merged, credit, epoch);
    }

    // A fence that is being taken down on one side, and is not there on the other, stood before nothing. Any other combination may hide a written level.
    private static bool IsUnwritten(ContractState a, ContractState b) =>
        a.Active == b.Active
        && (a.Mode == LevelMode.Cancelling || b.Mode == LevelMode.Cancelling)
        && a.Mode is LevelMode.Cancelling or LevelMode.Stable or LevelMode.Baking or LevelMode.Confirming
        && b.Mode is LevelMode.Cancelling or LevelMode.Stable or LevelMode.Baking or LevelMode.Confirming;

    // All waits anew, in the credited time of this store; and where the window is wider than the active level, the level beyond counts as written. A raise that comes back is not raised: it
    // may have been the last thing heard of a fleet that went on to write.
    private static ContractState Restart(ContractState c, TimeSpan credit, long epoch) => c with
    {
        Mode = c.Low == c.High
            ? (c.PriorLow < c.Low || c.PriorHigh > c.High ? LevelMode.Confirming : LevelMode.Stable)
            : c.Mode == LevelMode.Cancelling ? LevelMode.Cancelling
            : c.High > c.Active ? LevelMode.Shrinking : LevelMode.Settling,
        Since = credit,
        Fence = epoch,
        Request = LevelRequest.None,
    };
}
