namespace Graceful;

/// <summary>
/// The seam between the drain and whatever brings work into this process: a web server, a message consumer. The coordinator calls the
/// members in the order they are written here; each call returns at once. Register implementations as singletons.
/// </summary>
public interface ITrafficSource
{
    /// <summary>Whether it is listening. The lame duck is skipped when no source is.</summary>
    bool IsActive { get; }

    /// <summary>What is open now. Called about every 25 ms during a drain; must not block.</summary>
    TrafficSnapshot GetSnapshot();

    /// <summary>
    /// The drain has started: keep serving everything for <paramref name="duration"/>, and close connections on their next response with a
    /// probability that rises from 0 to 1 well before its end.
    /// </summary>
    void BeginLameDuck(TimeSpan duration);

    /// <summary>
    /// Close connections with nothing on them, longest idle first, spread over <paramref name="window"/>. Called near the end of the lame
    /// duck; connections that never sent a request are left alone.
    /// </summary>
    void CloseIdle(TimeSpan window);

    /// <summary>The lame duck has ended: tell streams to end, refuse new ones, close every connection on its next response.</summary>
    void BeginDrain();

    /// <summary>The streams' grace has ended: cut streams and connections with no ordinary request on them.</summary>
    /// <returns>What was cut.</returns>
    IReadOnlyList<TrafficItem> AbortStreams();

    /// <summary>The budget has ended: cut everything.</summary>
    /// <returns>What was cut.</returns>
    IReadOnlyList<TrafficItem> AbortAll();

    /// <summary>What is open now, by name, for the report of who held the drain up.</summary>
    IReadOnlyList<TrafficItem> GetItems();
}

/// <summary>What a traffic source has open.</summary>
/// <param name="Requests">Ordinary requests running.</param>
/// <param name="Streams">Streams and upgraded connections running.</param>
/// <param name="Connections">Connections open, busy or not.</param>
/// <param name="LastArrival">
/// The <see cref="TimeProvider.GetTimestamp"/> of the last request since the lame duck began, or of the last byte on a connection without one; 0 when there was none.
/// </param>
/// <param name="TotalRequests">Requests and streams started since the process began.</param>
public readonly record struct TrafficSnapshot(int Requests, int Streams, int Connections, long LastArrival, long TotalRequests)
{
    /// <summary>Whether nothing is open.</summary>
    public bool IsEmpty => Requests == 0 && Streams == 0 && Connections == 0;
}

/// <summary>One open request, stream or connection.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its route, or its peer's address; never a query string.</param>
/// <param name="Id">Tells two of the same name apart.</param>
public readonly record struct TrafficItem(DrainHolderKind Kind, string Name, string Id);
