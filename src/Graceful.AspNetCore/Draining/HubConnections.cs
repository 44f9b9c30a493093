using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.SignalR;

namespace Graceful;

/// <summary>
/// The open SignalR connections. At the end of the lame duck each is closed, between two invocations, with a close message that allows
/// the client to reconnect (elsewhere: negotiate and upgrades are refused here by then). Left alone, SignalR would cut them without a word
/// at <c>ApplicationStopping</c>. Where the clients of a hub have something to do before they leave, their connections wait for that.
/// </summary>
internal sealed class HubConnections(DrainOptions options, TimeProvider time, IHubFarewell? farewell = null) : IHubFilter
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(25);

    /// <summary>How long the answer of an invocation may take to get out before the connection is closed behind it.</summary>
    private static readonly TimeSpan AnswerIsOut = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan AnswerIsOutAtLeast = TimeSpan.FromMilliseconds(2);

    /// <summary>Connections that say nothing are closed over this many looks: not all at once, and not for ever.</summary>
    private const int IdleLooks = 20;

    private readonly ConcurrentDictionary<string, HubConnection> _open = new(StringComparer.Ordinal);

    public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        _open[context.Context.ConnectionId] = new HubConnection(context.Context, farewell?.IsFor(context.Hub.GetType()) == true, time);
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
    /// Closes all of them, from now on until <paramref name="isOver"/>. The close message crosses whatever the client sends, and an
    /// invocation that meets it is lost. So a connection is closed right after an answer, when its client has most likely nothing under way;
    /// one that stays silent is closed after a while.
    /// </summary>
    public async Task CloseAsync(Func<bool> isOver)
    {
        var start = time.GetTimestamp();
        var idleFrom = options.StreamGrace / 4;
        var said = farewell?.SayAsync(isOver) ?? Task.CompletedTask;
        while (!isOver())
        {
            var isOut = HowLongOut(time.GetElapsedTime(start));
            var idle = new List<HubConnection>();
            foreach (var (_, connection) in _open)
            {
                if (connection.SaysFarewell && !said.IsCompleted)
                {
                    continue;
                }

                if (!connection.CloseAfterAnswer(start, isOut))
                {
                    idle.Add(connection);
                }
            }

            if (time.GetElapsedTime(start) >= idleFrom)
            {
                idle.Take(HowMany(idle.Count, options.StreamGrace - time.GetElapsedTime(start))).ToList().ForEach(c => c.CloseWhenQuiet());
            }

            await Task.Delay(LookInterval, time).ConfigureAwait(false);
        }
    }

    /// <summary>Of those that say nothing: a few, but so many that none is left when half of the time that is left has passed. Those that waited for a farewell begin late.</summary>
    private static int HowMany(int idle, TimeSpan left) => left <= LookInterval * 2 ? idle : Math.Max((idle / IdleLooks) + 1, (int)Math.Ceiling(idle * (LookInterval * 2 / left)));

    /// <summary>Less and less as the grace runs out: a client that invokes without a pause leaves no long one, and would be cut at the end.</summary>
    private TimeSpan HowLongOut(TimeSpan elapsed)
    {
        var left = options.StreamGrace > elapsed ? 1 - (elapsed / options.StreamGrace) : 0;
        return AnswerIsOut * left > AnswerIsOutAtLeast ? AnswerIsOut * left : AnswerIsOutAtLeast;
    }

    private sealed class HubConnection(HubCallerContext context, bool saysFarewell, TimeProvider time)
    {
        private int _running;
        private long _lastAnswer;
        private bool _closed;

        public bool SaysFarewell => saysFarewell;

        public void Begin() => Interlocked.Increment(ref _running);

        public void End()
        {
            Volatile.Write(ref _lastAnswer, time.GetTimestamp());
            Interlocked.Decrement(ref _running);
        }

        /// <returns>False when it has not answered anything since <paramref name="start"/>.</returns>
        public bool CloseAfterAnswer(long start, TimeSpan isOut)
        {
            var answer = Volatile.Read(ref _lastAnswer);
            if (answer < start)
            {
                return _closed;
            }

            if (time.GetElapsedTime(answer) >= isOut)
            {
                CloseWhenQuiet();
            }

            return true;
        }

        public void CloseWhenQuiet()
        {
            if (!_closed && Volatile.Read(ref _running) == 0)
            {
                _closed = true;
                context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            }
        }
    }
}
