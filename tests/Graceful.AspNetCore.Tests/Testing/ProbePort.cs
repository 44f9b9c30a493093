using System.Net;
using System.Net.Sockets;

namespace Graceful.AspNetCore.Tests.Testing;

/// <summary>
/// Ports for the probe listener, where 0 means none. They lie below the range that the system gives to outgoing connections, which the other
/// tests open by the hundred.
/// </summary>
internal static class ProbePort
{
    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Any, port));
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }
    }

    public static Uri Address(int port) => new($"http://127.0.0.1:{port}");
}
