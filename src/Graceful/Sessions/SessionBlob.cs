namespace Graceful;

/// <summary>How a session lies in the place that it is moved from.</summary>
public enum SessionBlobState
{
    /// <summary>It is not there.</summary>
    Absent = 0,

    /// <summary>It is there, and may be changed there.</summary>
    Open = 1,

    /// <summary>It is on its way: what it holds does not change any more, and whoever finds it so may bring it to its new place.</summary>
    Frozen = 2,

    /// <summary>It was there. Nothing is written in this place any more, and what others write is not read.</summary>
    Closed = 3,
}

/// <summary>A session in the place that it is moved from, as it was read.</summary>
/// <param name="State">How it lies there.</param>
/// <param name="Data">All of it; empty unless it is open or frozen. The store knows nothing of it.</param>
public readonly record struct SessionBlob(SessionBlobState State, ReadOnlyMemory<byte> Data);

/// <summary>What replaces a session in the place that it is moved from.</summary>
/// <param name="Id">Names the write, so that it may be sent again: 1 to 64 visible ASCII characters. The last four are known.</param>
/// <param name="Data">All of the session.</param>
/// <param name="IdleTimeout">How long others, who know only this place, let it live from each use on.</param>
/// <param name="TimeToLive">How long it lives from now on, unless prolonged; above zero.</param>
public sealed record SessionBlobWrite(string Id, ReadOnlyMemory<byte> Data, TimeSpan IdleTimeout, TimeSpan TimeToLive);
