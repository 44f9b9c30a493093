using System.Runtime.CompilerServices;

namespace Graceful;

/// <summary>Who is in the fleet, read from the store when somebody asks.</summary>
internal sealed class FleetDirectory(TimedFleetStore store, FleetOptions options, SelfDescription self, MemberState member, TimeProvider time) : IFleet
{
    public string Name => options.Name ?? "";

    public string InstanceId => self.Id;

    public FleetStanding Standing => member.Standing;

    public string? Reason => member.Reason;

    public int Live => member.Last?.Live ?? 0;

    public async ValueTask<IReadOnlyList<FleetMember>> GetMembersAsync(CancellationToken cancellationToken = default)
    {
        var records = await store.ReadMembersAsync(cancellationToken).ConfigureAwait(false);
        return [.. records.Where(r => r.IsLive).Select(MemberInfo.Read)];
    }

    public async IAsyncEnumerable<FleetChange> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var known = new Dictionary<string, FleetMember>(StringComparer.Ordinal);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var change in await LookAsync(known, cancellationToken).ConfigureAwait(false))
            {
                yield return change;
            }

            await Task.Delay(options.RenewInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<List<FleetChange>> LookAsync(Dictionary<string, FleetMember> known, CancellationToken cancellationToken)
    {
        IReadOnlyList<FleetRecord> records;
        try
        {
            records = await store.ReadMembersAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Nothing is known to have changed. The member's own beats say that the store is down.
            return [];
        }

        var changes = new List<FleetChange>();
        var live = records.Where(r => r.IsLive).Select(MemberInfo.Read).ToDictionary(m => m.Id, StringComparer.Ordinal);
        foreach (var gone in known.Values.Where(m => !live.ContainsKey(m.Id)).ToList())
        {
            // Whoever leaves takes the record along; whoever does not come back leaves it to run out.
            var ranOut = records.Any(r => r.Id == gone.Id) || gone.LeaseEnds <= member.StoreNow;
            changes.Add(new FleetChange(ranOut ? FleetChangeKind.Expired : FleetChangeKind.Left, gone));
            known.Remove(gone.Id);
        }

        foreach (var (id, now) in live)
        {
            if (!known.TryGetValue(id, out var before))
            {
                changes.Add(new FleetChange(FleetChangeKind.Joined, now));
            }
            else if (!DescribesItselfAs(before, now))
            {
                changes.Add(new FleetChange(FleetChangeKind.Changed, now));
            }

            known[id] = now;
        }

        return changes;
    }

    private static bool DescribesItselfAs(FleetMember before, FleetMember now) =>
        (before.Version, before.Host, before.Phase, before.KeyRing) == (now.Version, now.Host, now.Phase, now.KeyRing)
        && before.Addresses.SequenceEqual(now.Addresses, StringComparer.Ordinal)
        && before.Contracts.OrderBy(c => c.Key, StringComparer.Ordinal).SequenceEqual(now.Contracts.OrderBy(c => c.Key, StringComparer.Ordinal));
}
