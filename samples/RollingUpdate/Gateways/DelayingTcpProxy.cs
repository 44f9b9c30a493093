using System.Net;
using System.Net.Sockets;

namespace Graceful.RollingUpdate;

/// <summary>
/// A TCP balancer a long way off: it passes bytes, ends of stream and resets on, each a fixed time later, in both directions. What a server
/// closes now, a client learns of one way later, and its request may be on the way: the race that loopback alone hides.
/// </summary>
internal sealed class DelayingTcpProxy : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeSpan _oneWay;
    private readonly Func<IPEndPoint> _chooseBackend;
    private readonly Task _accepting;

    /// <param name="listenOn">Where clients connect.</param>
    /// <param name="oneWay">The delay in each direction; a round trip takes twice that.</param>
    /// <param name="chooseBackend">Called once for each new connection.</param>
    public DelayingTcpProxy(IPEndPoint listenOn, TimeSpan oneWay, Func<IPEndPoint> chooseBackend)
    {
        _oneWay = oneWay;
        _chooseBackend = chooseBackend;
        _listener.Bind(listenOn);
        _listener.Listen(1024);
        _accepting = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptAsync(_stop.Token);
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var backend = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                // The handshake's way there. Its way back is not charged to the client, which believes itself connected.
                await Task.Delay(_oneWay, _stop.Token);
                await backend.ConnectAsync(_chooseBackend(), _stop.Token);
            }
            catch (Exception e) when (e is SocketException or LossException or OperationCanceledException)
            {
                await Task.Delay(_oneWay);
                DelayedPipe.Reset(client);
                return;
            }

            await Task.WhenAll(
                new DelayedPipe(client, backend, _oneWay).RunAsync(_stop.Token),
                new DelayedPipe(backend, client, _oneWay).RunAsync(_stop.Token));
        }
    }
}
