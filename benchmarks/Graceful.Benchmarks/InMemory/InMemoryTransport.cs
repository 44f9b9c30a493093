using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Graceful.Benchmarks;

/// <summary>
/// A transport without sockets: everything of Kestrel above it is real, and a request runs from its first byte to its last on the thread of
/// the benchmark.
/// </summary>
internal sealed class InMemoryTransport : IConnectionListenerFactory
{
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>();

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(new Listener(endpoint, _accepted));

    public InMemoryClient Connect(string path)
    {
        var (client, server) = DuplexPipe.CreatePair();
        _accepted.Writer.TryWrite(new DefaultConnectionContext("in-memory", server, client)
        {
            LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 80),
            RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 40000),
        });
        return new InMemoryClient(client, path);
    }

    private sealed class Listener(EndPoint endpoint, Channel<ConnectionContext> accepted) : IConnectionListener
    {
        public EndPoint EndPoint => endpoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await accepted.Reader.WaitToReadAsync(cancellationToken) && accepted.Reader.TryRead(out var connection) ? connection : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            accepted.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
