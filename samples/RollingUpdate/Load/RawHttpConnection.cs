using System.Net;
using System.Net.Sockets;

namespace Graceful.RollingUpdate;

/// <summary>
/// One HTTP/1.1 connection, one request after another. Written by hand because a client library repairs things: what fails here fails once
/// and is seen.
/// </summary>
internal sealed class RawHttpConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly RawHttpReader _reader;

    private RawHttpConnection() => _reader = new RawHttpReader(_socket);

    /// <summary>How many requests this connection has carried.</summary>
    public int Requests { get; private set; }

    public static async Task<RawHttpConnection> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        var connection = new RawHttpConnection();
        try
        {
            await connection._socket.ConnectAsync(endpoint, cancellationToken);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Whether the server has closed the idle connection, as far as can be known here. A client looks before it sends, and connects anew;
    /// what it cannot know is what is still on the way.
    /// </summary>
    public bool IsClosedByServer()
    {
        try
        {
            return _socket.Poll(0, SelectMode.SelectRead);
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <exception cref="LossException">There was no complete answer.</exception>
    public async Task<RawHttpResponse> SendAsync(ShopRequest request, CancellationToken cancellationToken)
    {
        Requests++;
        for (var rest = request.Http1; rest.Length > 0;)
        {
            rest = rest[await _socket.SendAsync(rest, cancellationToken)..];
        }

        return await _reader.ReadAsync(cancellationToken);
    }

    public void Dispose() => _socket.Dispose();
}
