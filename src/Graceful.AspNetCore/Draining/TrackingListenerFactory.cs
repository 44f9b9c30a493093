using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Graceful;

/// <summary>
/// Sees every connection below all of Kestrel's own configuration: connection middleware is lost when the user calls <c>Listen</c> or
/// replaces the endpoint defaults, the transport is not.
/// </summary>
/// <remarks>Continuations instead of <c>async</c>: a state machine of ours is a type that the framework's code has to be compiled for, on the way to the first request.</remarks>
internal sealed class TrackingListenerFactory(IConnectionListenerFactory inner, ConnectionRegistry registry)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => inner is not IConnectionListenerFactorySelector selector || selector.CanBind(endpoint);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new(inner.BindAsync(endpoint, cancellationToken).AsTask().ContinueWith(
            static (bound, registry) => (IConnectionListener)new TrackingListener(bound.GetAwaiter().GetResult(), (ConnectionRegistry)registry!),
            registry,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default));

    private sealed class TrackingListener(IConnectionListener inner, ConnectionRegistry registry) : IConnectionListener
    {
        public EndPoint EndPoint => inner.EndPoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            new(inner.AcceptAsync(cancellationToken).AsTask().ContinueWith(
                static (accepted, listener) => ((TrackingListener)listener!).Track(accepted.GetAwaiter().GetResult()),
                this,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default));

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private ConnectionContext? Track(ConnectionContext? context)
        {
            if (context is null)
            {
                return null;
            }

            var connection = registry.Add(context);
            context.Features.Set(connection);
            context.Transport = new ArrivalPipe(context.Transport, connection);

            // Fires once, when the peer has ended its side or the connection was aborted.
            context.ConnectionClosed.UnsafeRegister(static state => ((TrackedConnection)state!).Closed(), connection);
            return context;
        }
    }
}
