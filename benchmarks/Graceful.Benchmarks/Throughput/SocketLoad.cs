using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Graceful.Benchmarks;

/// <summary>For machines without wrk: plain sockets in this process, one request at a time on each.</summary>
internal sealed class SocketLoad(int connections) : ILoad
{
    public string Name => $"{connections} sockets of the measuring process";

    public async Task<LoadResult> RunAsync(int port, TimeSpan duration)
    {
        var start = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(() => LoopAsync(port, start, duration))));
        return new LoadResult(counts.Sum(), Stopwatch.GetElapsedTime(start));
    }

    private static async Task<long> LoopAsync(int port, long start, TimeSpan duration)
    {
        var request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray();
        var buffer = new byte[1024];
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var count = 0L;
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            await socket.SendAsync(request);
            var length = await socket.ReceiveAsync(buffer);

            // The answer is small enough to come in one piece.
            if (!buffer.AsSpan(0, length).StartsWith("HTTP/1.1 200"u8) || !buffer.AsSpan(0, length).EndsWith("\r\n\r\nhello"u8))
            {
                throw new InvalidOperationException("An answer is not what was asked for.");
            }

            count++;
        }

        return count;
    }
}
