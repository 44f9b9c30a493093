using System.Net.Security;
using System.Text;

namespace Graceful.RollingUpdate.Tests.Processes;

/// <summary>An HTTP/2 client over TLS that makes one request, reads its answer and never says another word: no GOAWAY, no answer to one.</summary>
internal sealed class SilentHttp2Client : IDisposable
{
    private const byte Headers = 1;
    private const byte Settings = 4;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;
    private readonly RawConnection _connection;
    private readonly SslStream _tls;

    private SilentHttp2Client(RawConnection connection, SslStream tls)
    {
        _connection = connection;
        _tls = tls;
    }

    public static async Task<SilentHttp2Client> OpenAsync(Uri address)
    {
        var connection = await RawConnection.OpenAsync(address);
        var tls = new SslStream(connection.Stream);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ApplicationProtocols = [SslApplicationProtocol.Http2],
#pragma warning disable CA5359 // The certificate was made by the program under test, for this run.
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(SslApplicationProtocol.Http2, tls.NegotiatedApplicationProtocol);
        var client = new SilentHttp2Client(connection, tls);
        await tls.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await client.SendAsync(Settings, 0, 0, []);
        return client;
    }

    /// <summary>GET, and reads until the answer has ended.</summary>
    public async Task GetAsync(string path)
    {
        // HPACK: :method GET and :scheme https are in the static table, :path and :authority are literals.
        byte[] block = [0x82, 0x87, 0x04, (byte)path.Length, .. Encoding.ASCII.GetBytes(path), 0x01, 9, .. "localhost"u8];
        await SendAsync(Headers, EndStream | EndHeaders, 1, block);
        var head = new byte[9];
        while (true)
        {
            await _tls.ReadExactlyAsync(head, TestContext.Current.CancellationToken);
            var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
            await _tls.ReadExactlyAsync(payload, TestContext.Current.CancellationToken);
            if (head[8] == 1 && head[3] is 0 or 1 && (head[4] & EndStream) != 0)
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        _tls.Dispose();
        _connection.Dispose();
    }

    private async Task SendAsync(byte type, byte flags, byte stream, byte[] payload) => await _tls.WriteAsync(
        new byte[] { 0, 0, (byte)payload.Length, type, flags, 0, 0, 0, stream }.Concat(payload).ToArray(), TestContext.Current.CancellationToken);
}
