using System.Collections.Immutable;

namespace Graceful;

/// <summary>What all live members together say, from a census.</summary>
internal sealed class MemberNeeds
{
    private readonly List<ImmutableSortedDictionary<string, ContractDeclaration>> _profiles = [];

    private MemberNeeds()
    {
    }

    /// <summary>How many profiles count.</summary>
    public int Count => _profiles.Count;

    /// <summary>The epoch that all of them have acknowledged.</summary>
    public long Acknowledged { get; private set; } = long.MaxValue;

    /// <summary>The first profile in the order of the alphabet: the same one whoever decides.</summary>
    public ImmutableSortedDictionary<string, ContractDeclaration> First { get; private set; } = ImmutableSortedDictionary<string, ContractDeclaration>.Empty;

    public IEnumerable<string> Names => _profiles.SelectMany(p => p.Keys);

    public static MemberNeeds Of(FleetCensus census)
    {
        var needs = new MemberNeeds();
        string? first = null;
        foreach (var group in census.Groups)
        {
            // A profile that is none was let in by nobody; if it is there all the same, it must not stop the others from moving, nor move them.
            if (!ContractProfile.TryParse(group.Profile, out var declared))
            {
                continue;
            }

            needs._profiles.Add(declared);
            needs.Acknowledged = Math.Min(needs.Acknowledged, group.Acknowledged);
            if (first is null || string.CompareOrdinal(group.Profile, first) < 0)
            {
                (first, needs.First) = (group.Profile, declared);
            }
        }

        return needs;
    }

    /// <summary>What they say of one contract; whoever does not declare it supports [0, 0].</summary>
    public ContractNeeds Of(string contract)
    {
        if (_profiles.Count == 0)
        {
            return new ContractNeeds(0, int.MaxValue, true, TimeSpan.Zero, false); // Nobody can go anywhere.
        }

        var all = new ContractNeeds(int.MaxValue, 0, false, TimeSpan.Zero, false);
        foreach (var profile in _profiles)
        {
            var one = profile.GetValueOrDefault(contract, ContractDeclaration.Absent);
            all = new ContractNeeds(
                Math.Min(all.LowestCeiling, one.Ceiling),
                Math.Max(all.HighestMin, one.Supports.Min),
                all.Manual || one.Manual,
                ContractMachine.Longer(all.Retention, one.Retention),
                all.RetainManually || one.RetainManually);
        }

        return all;
    }
}

/// <summary>What all live members together say of one contract.</summary>
/// <param name="LowestCeiling">The highest level that all of them support and let the fleet activate.</param>
/// <param name="HighestMin">The lowest level that all of them support.</param>
/// <param name="Manual">Whether one of them leaves it to an operator.</param>
/// <param name="Retention">The longest retention.</param>
/// <param name="RetainManually">Whether one of them leaves the end of the retention to an operator.</param>
internal readonly record struct ContractNeeds(int LowestCeiling, int HighestMin, bool Manual, TimeSpan Retention, bool RetainManually);
