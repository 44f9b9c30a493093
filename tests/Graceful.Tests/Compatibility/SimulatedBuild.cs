using System.Collections.Immutable;

namespace Graceful.Tests;

/// <summary>A build of the simulated application: what it declares of at most two contracts.</summary>
internal sealed class SimulatedBuild
{
    public const string Session = "session";
    public const string Orders = "orders";

    /// <summary>How many ways there are for a fleet to begin (<see cref="Begin"/>).</summary>
    public const int Beginnings = 6;

    public static readonly ImmutableArray<string> Contracts = [Session, Orders];

    private static readonly ImmutableArray<int> Retentions = [0, 6, 14];
    private static readonly ImmutableDictionary<int, ImmutableArray<SimulatedBuild>> All = Retentions.ToImmutableDictionary(r => r, r => Make(TimeSpan.FromSeconds(r)));

    private readonly LevelRange[] _ranges;

    private SimulatedBuild(string name, ContractDeclaration session, ContractDeclaration? orders = null)
    {
        Name = name;
        var declared = ImmutableSortedDictionary.CreateBuilder<string, ContractDeclaration>(StringComparer.Ordinal);
        declared.Add(Session, session);
        if (orders is not null)
        {
            declared.Add(Orders, orders);
        }

        Declared = declared.ToImmutable();
        Profile = ContractProfile.Format(Declared);
        _ranges = [session.Supports, orders?.Supports ?? LevelRange.Absent];
    }

    public string Name { get; }

    public ImmutableSortedDictionary<string, ContractDeclaration> Declared { get; }

    public string Profile { get; }

    public LevelRange Range(int contract) => _ranges[contract];

    public bool Allows(int contract, int level) => _ranges[contract].Max >= level && (!Declared.TryGetValue(Contracts[contract], out var d) || (d.Ceiling >= level && !d.Manual));

    /// <summary>A build by number: those of a plain roll more often than the others.</summary>
    public static SimulatedBuild Of(int retention, int number)
    {
        var all = All[retention];
        return all[number < 24 ? number % 3 : number % all.Length];
    }

    /// <summary>The builds that are there in the beginning, and the level at which the fleet is; -1 for a store with no record.</summary>
    public static (int[] Builds, int Level) Begin(int beginning) => beginning switch
    {
        0 => ([0, 0, 1], 1),
        1 => ([1, 1, 1], 1),
        2 => ([1, 0], 1),
        3 => ([2, 2, 1], 2),
        4 => ([1, 1], -1),
        _ => ([1, 3], 1),
    };

    private static ImmutableArray<SimulatedBuild> Make(TimeSpan retention)
    {
        ContractDeclaration Supports(int min, int max, int? upTo = null, bool manual = false, bool kept = false) => new(new LevelRange(min, max), upTo, manual, retention, kept);
        return
        [
            new("v1", Supports(1, 1)),
            new("v2", Supports(1, 2)),
            new("v3", Supports(2, 3)),
            new("v2 with orders", Supports(1, 2), Supports(0, 1)),
            new("v2 up to 1", Supports(1, 2, upTo: 1)),
            new("v2 manual", Supports(1, 2, manual: true)),
            new("v2 kept", Supports(1, 2, kept: true)),
            new("v2 of v3", Supports(1, 3)),
            new("v3 only", Supports(2, 2)),
            new("v3 with orders", Supports(2, 3), Supports(0, 1)),
        ];
    }
}
