using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;

namespace Graceful.RollingUpdate;

/// <summary>Makes an <see cref="HttpClient"/> whose connections go where the endpoints say, one connection at a time.</summary>
internal static class ShopHttp
{
    /// <param name="endpoints">Asked for each new connection.</param>
    /// <param name="certificate">With it HTTP/2 over TLS, without it HTTP/1.1 in the clear.</param>
    public static HttpClient Create(IEndpoints endpoints, ShopCertificate? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            EnableMultipleHttp2Connections = false,

            // HTTP/1.1 is used for event streams only, each on a connection of its own: a pooled one would be retried behind our back.
            PooledConnectionLifetime = certificate is null ? TimeSpan.Zero : Timeout.InfiniteTimeSpan,
            ConnectCallback = (_, cancellationToken) => ConnectAsync(
                certificate is null ? endpoints.NextHttp() : endpoints.NextHttps(), cancellationToken),
        };
        if (certificate is not null)
        {
            handler.SslOptions = certificate.ClientOptions();
        }

        return new HttpClient(handler)
        {
            BaseAddress = new Uri(certificate is null ? "http://shop" : "https://shop"),
            DefaultRequestVersion = certificate is null ? HttpVersion.Version11 : HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    private static async ValueTask<Stream> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
