using System.Net;
using System.Net.Sockets;

namespace Graceful.RollingUpdate.Tests.Fleet;

/// <summary>An address that clients keep while the server behind it changes, as the one of a service or of a proxy in front of Redis.</summary>
internal sealed class TcpForwarder : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _lock = new();
    private readonly Task _accepting;
    private CancellationTokenSource _connections = new();
    private int _target;

    public TcpForwarder(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Configuration => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>The port behind. Setting it ends every connection.</summary>
    public int Target
    {
        set
        {
            lock (_lock)
            {
                _target = value;
                _connections.Cancel();
                _connections = new CancellationTokenSource();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _connections.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_ended.Token);
            lock (_lock)
            {
                _ = ForwardAsync(client, _target, _connections.Token);
            }
        }
    }

    private static async Task ForwardAsync(TcpClient client, int target, CancellationToken ended)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, target, ended);
                var (near, far) = (client.GetStream(), server.GetStream());
                await Task.WhenAny(near.CopyToAsync(far, ended), far.CopyToAsync(near, ended));
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
            {
                // Whoever is left notices.
            }
        }
    }
}
