using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.SignalR;

namespace Graceful;

/// <summary>
/// The open SignalR connections. At the end of the lame duck each is closed, between two invocations, with a close message that allows
/// the client to reconnect (elsewhere: negotiate and upgrades are refused here by then). Left alone, SignalR would cut them without a word
/// at <c>ApplicationStopping</c>.
/// </summary>
internal sealed class HubConnections : IHubFilter
{
    private readonly ConcurrentDictionary<string, HubConnection> _open = new(StringComparer.Ordinal);

    public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        _open[context.Context.ConnectionId] = new HubConnection(context.Context);
        await next(context).ConfigureAwait(false);
    }

    public async Task OnDisconnectedAsync(HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next)
    {
        _open.TryRemove(context.Context.ConnectionId, out _);
        await next(context, exception).ConfigureAwait(false);
    }

    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        if (!_open.TryGetValue(invocationContext.Context.ConnectionId, out var connection))
        {
            return await next(invocationContext).ConfigureAwait(false);
        }

        connection.Begin();
        try
        {
            return await next(invocationContext).ConfigureAwait(false);
        }
        finally
        {
            connection.End();
        }
    }

    /// <summary>
    /// Closes those with no invocation under way since the last call: the answer of one that just ended is still on its way out.
    /// Called again and again while draining.
    /// </summary>
    public void CloseQuiet()
    {
        foreach (var (_, connection) in _open)
        {
            connection.CloseWhenQuiet();
        }
    }

    private sealed class HubConnection(HubCallerContext context)
    {
        private int _running;
        private int _begun;
        private int _begunAtLastLook = -1;

        public void Begin()
        {
            Interlocked.Increment(ref _running);
            Interlocked.Increment(ref _begun);
        }

        public void End() => Interlocked.Decrement(ref _running);

        public void CloseWhenQuiet()
        {
            var begun = Volatile.Read(ref _begun);
            if (Volatile.Read(ref _running) == 0 && begun == _begunAtLastLook)
            {
                context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            }

            _begunAtLastLook = begun;
        }
    }
}
