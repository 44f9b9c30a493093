namespace Graceful.RollingUpdate;

/// <summary>What to roll, behind what, under which load.</summary>
internal sealed record RollSettings
{
    public const string HardScenario = "hard";
    public const string RollScenario = "roll";

    public string Scenario { get; init; } = RollScenario;

    public GatewayKind Gateway { get; init; } = GatewayKind.Yarp;

    /// <summary>v1 instances at the beginning, v2 instances at the end.</summary>
    public int Instances { get; init; } = 3;

    /// <summary>How long there is load, at least: it never ends before the roll has.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(60);

    public required LoadPlan Load { get; init; }

    /// <summary>Load on v1 alone, before the roll begins.</summary>
    public TimeSpan Before => TimeSpan.FromSeconds(Math.Clamp(Duration.TotalSeconds * 0.15, 2, 10));

    /// <summary>Load on v2 alone, after the roll, at least.</summary>
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
