namespace Graceful.RollingUpdate;

/// <summary>What can stand in front of the fleet.</summary>
internal enum GatewayKind
{
    Yarp,
    HaproxyHttp,
    HaproxyTcp,
    Nginx,
    None,

    /// <summary>The hard case's balancer, behind a delaying proxy.</summary>
    Distant,
}
