using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Graceful.RollingUpdate.Tests.Processes;

/// <summary>
/// Ports for listeners that cannot take 0. They lie below the range the kernel takes outgoing ports from, so that no client's connection has
/// taken one by the time it is bound.
/// </summary>
internal static class FreePorts
{
    private const int Lowest = 12000;
    private const string KernelRange = "/proc/sys/net/ipv4/ip_local_port_range";

    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Taken = [];

    public static int Next()
    {
        var end = End();
        lock (Gate)
        {
            for (var attempt = 0; attempt < 1000; attempt++)
            {
                var port = Random.Shared.Next(Lowest, end);
                if (Taken.Add(port) && IsFree(port))
                {
                    return port;
                }
            }
        }

        throw new InvalidOperationException($"There is no free port between {Lowest} and {end}.");
    }

    private static int End()
    {
        if (!File.Exists(KernelRange))
        {
            return 32000;
        }

        var first = int.Parse(File.ReadAllText(KernelRange).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
        return first > Lowest + 1000 ? first : 65000;
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
