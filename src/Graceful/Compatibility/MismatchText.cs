namespace Graceful;

/// <summary>Why a build is shut out, in words that a tired person can act on: the contract, the window, the range, who holds it there, and what to deploy first.</summary>
internal sealed class MismatchText(TimedFleetStore store, MemberState member)
{
    private const int MostNamed = 3;

    public async Task<string> DescribeAsync(IEnumerable<ContractMismatch> mismatches, FleetState state)
    {
        var members = await ReadAsync().ConfigureAwait(false);
        return string.Join(" ", mismatches.Select(m => Describe(m, state, members, member.StoreNow)));
    }

    public static string Describe(ContractMismatch mismatch, FleetState state, IReadOnlyList<FleetMember> members, DateTimeOffset now)
    {
        var (name, window, supports) = (mismatch.Contract, mismatch.Window, mismatch.Supports);
        var what = supports == LevelRange.Absent ? "this build does not declare it" : $"this build supports {supports}";
        var contract = state.Contracts.GetValueOrDefault(name);
        if (contract is null)
        {
            return $"Contract '{name}' is new to the fleet, which counts as level 0; {what}. Deploy first a release that supports [0,{supports.Min}].{Named(name, members, now, r => r.Max < supports.Min)}";
        }

        return $"Contract '{name}': data of levels {window} may exist, {what}. " + (window.Min < supports.Min
            ? Below(name, contract, state, supports, members, now)
            : Above(name, contract, state, supports));
    }

    /// <summary>As <c>1.4 on pod-7 supports session [1,1], lease ends in 12 s</c>.</summary>
    public static string Name(FleetMember member, string contract, DateTimeOffset now)
    {
        var left = member.LeaseEnds - now;
        var version = member.Version.Length == 0 ? "an unknown version" : member.Version;
        var host = member.Host.Length == 0 ? member.Id : member.Host;
        return $"{version} on {host} supports {contract} {RangeOf(member, contract)}, lease ends in {LevelForecast.Words(left > TimeSpan.Zero ? left : TimeSpan.Zero)}";
    }

    public static LevelRange RangeOf(FleetMember member, string contract) => member.Contracts.GetValueOrDefault(contract, LevelRange.Absent);

    /// <summary>The build has dropped a level that is still there: a release in between is missing, or has not been there for long enough.</summary>
    private static string Below(string name, ContractState contract, FleetState state, LevelRange supports, IReadOnlyList<FleetMember> members, DateTimeOffset now)
    {
        if (contract.Active < supports.Min)
        {
            return $"Level {contract.Active} is what the fleet writes, and this build cannot read it: a release in between is missing. Deploy first a release that supports " +
                $"[{contract.Active},{supports.Min}] everywhere, and let the fleet raise '{name}' to {supports.Min}.{Named(name, members, now, r => r.Max < supports.Min)}";
        }

        return LevelForecast.NarrowedIn(contract, state) is { } time
            ? $"Level {contract.Active} is written by now; what is older is gone in about {LevelForecast.Words(time)}. This instance joins by itself then."
            : $"Level {contract.Active} is written by now, but data of level {contract.Low} counts as there until an operator says that it is gone (retire '{name}').";
    }

    private static string Above(string name, ContractState contract, FleetState state, LevelRange supports)
    {
        if (contract.Active > supports.Max)
        {
            return $"Level {contract.Active} is what the fleet writes, and this build cannot read it. Deploy a release that supports {contract.Active}, or have '{name}' retreat to {supports.Max} first.";
        }

        if (contract.Mode is LevelMode.Raising or LevelMode.Committing)
        {
            return $"Level {contract.High} is about to be written. Cancel the raise of '{name}' and this build can join, or deploy a release that supports {contract.High}.";
        }

        return LevelForecast.NarrowedIn(contract, state) is { } time
            ? $"Level {contract.Active} is written again; what is newer is gone in about {LevelForecast.Words(time)}. This instance joins by itself then."
            : $"Data of level {contract.High} counts as there until an operator says that it is gone (retire '{name}').";
    }

    private static string Named(string name, IReadOnlyList<FleetMember> members, DateTimeOffset now, Func<LevelRange, bool> holds)
    {
        var holders = members.Where(m => holds(RangeOf(m, name))).ToList();
        var more = holders.Count - MostNamed;
        return holders.Count == 0 ? "" : $" Held there by {string.Join("; ", holders.Take(MostNamed).Select(m => Name(m, name, now)))}{(more > 0 ? $"; and {more} more" : "")}.";
    }

    private async Task<IReadOnlyList<FleetMember>> ReadAsync()
    {
        try
        {
            var records = await store.ReadMembersAsync().ConfigureAwait(false);
            return [.. records.Where(r => r.IsLive).Select(MemberInfo.Read)];
        }
        catch (Exception)
        {
            // The reason stands without names.
            return [];
        }
    }
}
