namespace Graceful;

/// <summary>Closes connections politely: on a response where there is one, otherwise when nothing is on them.</summary>
internal sealed class ConnectionCloser(ConnectionRegistry connections, TimeProvider time)
{
    /// <summary>How long a connection that has sent nothing may be about to send its first request.</summary>
    public static readonly TimeSpan FirstRequestGrace = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Near the end of the lame duck: those that stayed idle, spread over <paramref name="window"/>.</summary>
    public void CloseIdle(TimeSpan window)
    {
        var idle = new List<TrackedConnection>();
        foreach (var connection in connections.Open)
        {
            if (!connection.IsIdle)
            {
                // On its response, which may come when only the end of the drain would be left to close it, unannounced.
                connection.RequestClose();
            }
            else if (connection.Begun > 0)
            {
                idle.Add(connection);
            }
        }

        _ = SpreadAsync([.. idle.OrderBy(c => c.LastActive)], window);
    }

    /// <summary>What still comes in during the drain, the flush or after a drain by API is closed as well, until <paramref name="isOver"/>.</summary>
    public async Task SweepAsync(Func<bool> isOver)
    {
        while (!isOver())
        {
            foreach (var connection in connections.Open)
            {
                // On a request that runs or is half sent this only means that its response will be the last: without it, a client would
                // use the connection once more, and meet its end.
                if (connection.Begun > 0 || time.GetElapsedTime(Math.Max(connection.OpenedAt, connection.LastByte)) > FirstRequestGrace)
                {
                    connection.RequestClose();
                }
            }

            await Task.Delay(SweepInterval, time).ConfigureAwait(false);
        }
    }

    /// <summary>Longest idle first, evenly spread: the ones most likely to be used again go last, and clients do not all reconnect at once.</summary>
    private async Task SpreadAsync(List<TrackedConnection> idle, TimeSpan window)
    {
        var start = time.GetTimestamp();
        for (var i = 0; i < idle.Count; i++)
        {
            var due = window * ((double)i / idle.Count);
            var wait = due - time.GetElapsedTime(start);
            if (wait > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(wait, time).ConfigureAwait(false);
            }

            // One that came to life meanwhile is closed by its own next response.
            if (idle[i].IsIdle)
            {
                idle[i].RequestClose();
            }
        }
    }
}
