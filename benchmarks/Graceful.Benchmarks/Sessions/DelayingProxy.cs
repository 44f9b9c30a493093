using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Graceful.Benchmarks;

/// <summary>
/// A wire of a millisecond: passes on each piece after a fixed delay in each direction, however many are under way. Threads of its own and the system's clock: timers of the runtime know no time below a
/// millisecond, and the thread pool is what is measured.
/// </summary>
internal sealed class DelayingProxy : IDisposable
{
    private readonly Socket _listener = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly IPEndPoint _target;
    private readonly TimeSpan _delay;

    public DelayingProxy(string target, TimeSpan delay)
    {
        (_target, _delay) = (IPEndPoint.Parse(target), delay);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Start(Accept);
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}";

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }
    }

    [DllImport("libc", EntryPoint = "nanosleep")]
    private static extern int Sleep(in Nap interval, nint remaining);

    private static void Start(Action action) => new Thread(() =>
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end, or one side has gone.
        }
    })
    { IsBackground = true }.Start();

    private void Accept()
    {
        while (true)
        {
            var client = _listener.Accept();
            var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
            _sockets.Add(client);
            _sockets.Add(server);
            server.Connect(_target);
            client.NoDelay = server.NoDelay = true;
            Pass(client, server);
            Pass(server, client);
        }
    }

    private void Pass(Socket from, Socket to)
    {
        var underway = new BlockingCollection<(long Due, byte[] Piece)>();
        Start(() =>
        {
            var buffer = new byte[64 * 1024];
            while (from.Receive(buffer) is > 0 and var length)
            {
                underway.Add((Stopwatch.GetTimestamp() + (long)(_delay.TotalSeconds * Stopwatch.Frequency), buffer[..length]));
            }

            underway.CompleteAdding();
        });
        Start(() =>
        {
            foreach (var (due, piece) in underway.GetConsumingEnumerable())
            {
                for (var wait = Rest(due); wait > TimeSpan.Zero; wait = Rest(due))
                {
                    // Woken too early or not: the loop looks again.
                    _ = Sleep(new Nap(0, (nint)wait.TotalNanoseconds), 0);
                }

                to.Send(piece);
            }

            to.Dispose();
        });
    }

    private static TimeSpan Rest(long due) => Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Nap(nint Seconds, nint Nanoseconds);
}
