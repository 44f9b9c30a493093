using System.Net.Sockets;
using System.Text;

namespace Graceful.RollingUpdate.Tests.Processes;

/// <summary>A client that does exactly what it is told, good manners not included.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket;

    private RawConnection(Socket socket)
    {
        _socket = socket;
    }

    public Stream Stream => new NetworkStream(_socket, ownsSocket: false);

    public static async Task<RawConnection> OpenAsync(Uri address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        return new RawConnection(socket);
    }

    public async Task SendAsync(string text) => await _socket.SendAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);

    public Task RequestAsync(string path, string headers = "") => SendAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");

    /// <summary>The head of the next answer; what was there of a body is lost, so only for answers in one piece.</summary>
    public async Task<string> AnswerAsync()
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await _socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
            if (read == 0)
            {
                break;
            }

            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        return text.ToString();
    }

    /// <summary>Reads to the end: true for FIN, false for a reset.</summary>
    public async Task<bool> EndsWithFinAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (await _socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken) > 0)
            {
                // What is said does not matter here.
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();
}
