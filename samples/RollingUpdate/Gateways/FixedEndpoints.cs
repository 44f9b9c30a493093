using System.Net;

namespace Graceful.RollingUpdate;

/// <summary>One gateway: all connections go to its two ports.</summary>
internal sealed class FixedEndpoints : IEndpoints
{
    private readonly IPEndPoint _http = new(IPAddress.Loopback, FreePorts.Next());
    private readonly IPEndPoint _https = new(IPAddress.Loopback, FreePorts.Next());

    public IPEndPoint NextHttp() => _http;

    public IPEndPoint NextHttps() => _https;
}
