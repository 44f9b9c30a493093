using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Graceful.RollingUpdate;

/// <summary>
/// Hands out loopback ports that nobody listens on. They lie below the range the kernel takes outgoing ports from: a port that is only bound
/// later, by an instance that starts in the middle of the roll, must not be taken by a client's connection meanwhile.
/// </summary>
internal static class FreePorts
{
    private const int Lowest = 20000;
    private const string KernelRange = "/proc/sys/net/ipv4/ip_local_port_range";

    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Taken = [];

    public static int Next()
    {
        var highest = HighestSafePort();
        lock (Gate)
        {
            for (var attempt = 0; attempt < 1000; attempt++)
            {
                var port = Random.Shared.Next(Lowest, highest);
                if (Taken.Add(port) && IsFree(port))
                {
                    return port;
                }
            }
        }

        throw new RollFailedException($"no free port between {Lowest} and {highest}");
    }

    private static int HighestSafePort()
    {
        if (!File.Exists(KernelRange))
        {
            return 32000;
        }

        var first = File.ReadAllText(KernelRange).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[0];
        var lowestOutgoing = int.Parse(first, CultureInfo.InvariantCulture);
        return lowestOutgoing > Lowest + 1000 ? lowestOutgoing : 65000;
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
