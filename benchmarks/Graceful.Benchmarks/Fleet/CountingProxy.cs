using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Graceful.Benchmarks;

/// <summary>A wire with a known length: passes everything on after a fixed delay in each direction, and writes down the commands as they arrive.</summary>
internal sealed class CountingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> _sockets = [];
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<Sent> _commands = new();
    private readonly DnsEndPoint _target;
    private readonly TimeSpan _delay;
    private readonly Task _accepting;

    public CountingProxy(string target, TimeSpan delay)
    {
        var colon = target.LastIndexOf(':');
        _target = new DnsEndPoint(target[..colon], int.Parse(target[(colon + 1)..], System.Globalization.CultureInfo.InvariantCulture));
        _delay = delay;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>In the order in which they left the client.</summary>
    public IReadOnlyList<Sent> Commands => [.. _commands];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }

        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                var server = new TcpClient();
                _sockets.Add(client);
                _sockets.Add(server);
                await server.ConnectAsync(_target.Host, _target.Port, _end.Token);
                client.NoDelay = server.NoDelay = true;
                var commands = new RespCommands();
                _ = PassAsync(client.GetStream(), server.GetStream(), chunk => Note(commands, chunk));
                _ = PassAsync(server.GetStream(), client.GetStream(), _ => { });
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The end.
        }
    }

    private void Note(RespCommands commands, byte[] chunk)
    {
        var now = Stopwatch.GetTimestamp();
        foreach (var words in commands.Feed(chunk))
        {
            _commands.Enqueue(new Sent(now, words));
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to, Action<byte[]> look)
    {
        var queue = Channel.CreateUnbounded<(long Due, byte[] Chunk)>();
        var delivering = DeliverAsync(queue.Reader, to);
        try
        {
            var buffer = new byte[64 * 1024];
            while (await from.ReadAsync(buffer, _end.Token) is > 0 and var length)
            {
                var chunk = buffer[..length];
                look(chunk);
                queue.Writer.TryWrite((Stopwatch.GetTimestamp() + (long)(_delay.TotalSeconds * Stopwatch.Frequency), chunk));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // One side has gone.
        }

        queue.Writer.Complete();
        await delivering;
        to.Close();
    }

    private static async Task DeliverAsync(ChannelReader<(long Due, byte[] Chunk)> queue, NetworkStream to)
    {
        try
        {
            await foreach (var (due, chunk) in queue.ReadAllAsync())
            {
                var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait);
                }

                await to.WriteAsync(chunk);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The other side has gone.
        }
    }

    /// <param name="At">When it left the client.</param>
    /// <param name="Words">The command and its arguments.</param>
    internal sealed record Sent(long At, string[] Words);
}
