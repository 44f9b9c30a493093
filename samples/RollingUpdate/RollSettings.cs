namespace Graceful.RollingUpdate;

/// <summary>What to roll, behind what, under which load.</summary>
internal sealed record RollSettings
{
    public const string HardScenario = "hard";
    public const string IncompatibleScenario = "incompatible";
    public const string RollbackScenario = "rollback";
    public const string RollScenario = "roll";

    public string Scenario { get; init; } = RollScenario;

    public GatewayKind Gateway { get; init; } = GatewayKind.Yarp;

    /// <summary>v1 instances at the beginning; as many at the end, of whichever version.</summary>
    public int Instances { get; init; } = 3;

    /// <summary>How long there is load, at least: it never ends before the roll has.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(60);

    public required LoadPlan Load { get; init; }

    /// <summary>A real server for the fleet; null: one in this process.</summary>
    public RedisAddress? Redis { get; init; }

    /// <summary>Which instances come after the first ones, in their order.</summary>
    public IReadOnlyList<ShopVersion> Coming => Scenario switch
    {
        IncompatibleScenario => [ShopVersion.V3],
        RollbackScenario => [.. Enumerable.Repeat(ShopVersion.V2, TurnsBackAfter), .. Enumerable.Repeat(ShopVersion.V1, TurnsBackAfter)],
        _ => [.. Enumerable.Repeat(ShopVersion.V2, Instances)],
    };

    /// <summary>Who serves alone at the end.</summary>
    public ShopVersion Last => Scenario is IncompatibleScenario or RollbackScenario ? ShopVersion.V1 : ShopVersion.V2;

    /// <summary>The way of the fleet, in words.</summary>
    public string Way => Scenario switch
    {
        IncompatibleScenario => "version 1 → version 3, refused",
        RollbackScenario => "version 1 → version 2 → version 1",
        _ => "version 1 → version 2",
    };

    /// <summary>More than half, and never all.</summary>
    private int TurnsBackAfter => (Instances + 1) / 2;

    /// <summary>Load on v1 alone, before the roll begins.</summary>
    public TimeSpan Before => TimeSpan.FromSeconds(Math.Clamp(Duration.TotalSeconds * 0.15, 2, 10));

    /// <summary>Load on the last version alone, after the roll, at least.</summary>
    public TimeSpan After => TimeSpan.FromSeconds(Math.Clamp(Duration.TotalSeconds * 0.1, 2, 10));

    public static RollSettings Roll(GatewayKind gateway, int rate, int instances, TimeSpan duration) => new()
    {
        Gateway = gateway,
        Instances = instances,
        Duration = duration,
        Load = LoadPlan.ForShop(rate, http2: gateway != GatewayKind.Nginx),
    };

    /// <summary>One old and one new instance behind a distant, stale balancer, and 400 keep-alive clients (at 800 requests a second).</summary>
    public static RollSettings Hard(int rate, int instances, TimeSpan duration) => new()
    {
        Scenario = HardScenario,
        Gateway = GatewayKind.Distant,
        Instances = instances,
        Duration = duration,
        Load = LoadPlan.Hard(rate),
    };
}
