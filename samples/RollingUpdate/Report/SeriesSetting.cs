namespace Graceful.RollingUpdate;

/// <summary>One setting of the series. A roll in it is as short as is honest: load before, during and after, and nothing hurried.</summary>
internal sealed record SeriesSetting(string Name, RollSettings Settings)
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(20);

    public static IReadOnlyList<SeriesSetting> All { get; } =
    [
        new("haproxy-http", RollSettings.Roll(GatewayKind.HaproxyHttp, rate: 200, instances: 3, Duration)),
        new("haproxy-tcp", RollSettings.Roll(GatewayKind.HaproxyTcp, rate: 200, instances: 3, Duration)),
        new("nginx", RollSettings.Roll(GatewayKind.Nginx, rate: 200, instances: 3, Duration)),
        new("yarp", RollSettings.Roll(GatewayKind.Yarp, rate: 200, instances: 3, Duration)),
        new("hard", RollSettings.Hard(rate: 800, instances: 1, Duration)),
    ];
}
