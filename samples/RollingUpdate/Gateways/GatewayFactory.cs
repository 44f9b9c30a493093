namespace Graceful.RollingUpdate;

internal static class GatewayFactory
{
    public static IGateway Create(GatewayKind kind, ShopCertificate certificate, Workspace workspace) => kind switch
    {
        GatewayKind.Yarp => new YarpGateway(certificate),
        GatewayKind.HaproxyHttp => new HaproxyGateway(layer7: true, certificate, workspace),
        GatewayKind.HaproxyTcp => new HaproxyGateway(layer7: false, certificate, workspace),
        GatewayKind.Nginx => new NginxGateway(workspace),
        GatewayKind.None => new ClientSideGateway(),
        GatewayKind.Distant => new DistantGateway(roundTrip: TimeSpan.FromMilliseconds(20), staleFor: TimeSpan.FromSeconds(3)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
