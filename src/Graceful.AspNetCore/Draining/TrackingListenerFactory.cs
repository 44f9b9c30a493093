using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Graceful;

/// <summary>
/// Sees every connection below all of Kestrel's own configuration: connection middleware is lost when the user calls <c>Listen</c> or
/// replaces the endpoint defaults, the transport is not.
/// </summary>
internal sealed class TrackingListenerFactory(IConnectionListenerFactory inner, ConnectionRegistry registry)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => inner is not IConnectionListenerFactorySelector selector || selector.CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new TrackingListener(await inner.BindAsync(endpoint, cancellationToken).ConfigureAwait(false), registry);

    private sealed class TrackingListener(IConnectionListener inner, ConnectionRegistry registry) : IConnectionListener
    {
        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            var context = await inner.AcceptAsync(cancellationToken).ConfigureAwait(false);
            if (context is not null)
            {
                Track(context);
            }

            return context;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private void Track(ConnectionContext context)
        {
            var connection = registry.Add(context);
            context.Features.Set(connection);
            context.Transport = new ArrivalPipe(context.Transport, connection);

            // Fires once, when the peer has ended its side or the connection was aborted.
            context.ConnectionClosed.UnsafeRegister(static state => ((TrackedConnection)state!).Closed(), connection);
        }
    }
}
