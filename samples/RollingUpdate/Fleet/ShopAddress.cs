using System.Net;

namespace Graceful.RollingUpdate;

/// <summary>Where one instance listens. All ports are on loopback.</summary>
/// <param name="Name">The instance's name, as Shop puts it into every answer.</param>
/// <param name="Version">Which build runs there.</param>
/// <param name="HttpPort">HTTP/1.1 in the clear.</param>
/// <param name="HttpsPort">HTTP/2 and HTTP/1.1 over TLS.</param>
/// <param name="ReadinessPort">Where <c>/readyz</c> is: the probe port with the library, the HTTP port without.</param>
internal sealed record ShopAddress(string Name, ShopVersion Version, int HttpPort, int HttpsPort, int ReadinessPort)
{
    public IPEndPoint Http => new(IPAddress.Loopback, HttpPort);

    public IPEndPoint Https => new(IPAddress.Loopback, HttpsPort);

    public Uri Main => new($"http://127.0.0.1:{HttpPort}/api/version");

    public Uri Liveness => new($"http://127.0.0.1:{ReadinessPort}/livez");

    public Uri Readiness => new($"http://127.0.0.1:{ReadinessPort}/readyz");
}
