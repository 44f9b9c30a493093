using System.Collections.ObjectModel;

namespace Graceful;

/// <summary>One entry as it lies in the store.</summary>
/// <param name="Revision">The revision of the session by which it was written; above 0.</param>
/// <param name="Data">Its bytes, of which the store knows nothing.</param>
public readonly record struct SessionEntry(long Revision, ReadOnlyMemory<byte> Data);

/// <summary>A session as it was when it was read.</summary>
public sealed record SessionState
{
    /// <summary>Whether it is there. A session that expired, that is past its absolute life, that was ended or never written, is not.</summary>
    public bool Exists { get; init; }

    /// <summary>It was ended (<see cref="ISessionStateStore.EndAsync"/>) and this is remembered: it does not exist, and commits are refused.</summary>
    public bool HasEnded { get; init; }

    /// <summary>
    /// The number of its last commit; 0 when it does not exist. Rises by one with every commit. A session that expired and is written again does not begin where it began before, so that
    /// nobody takes a new entry for an old one.
    /// </summary>
    public long Revision { get; init; }

    /// <summary>One, and one more for each time it was cleared; 0 when it does not exist.</summary>
    public long Generation { get; init; }

    /// <summary>
    /// How long ago it was created; not below zero. The time of creation is the store's, the time now may be this process's: an absolute life does not depend on it, for the store keeps it itself.
    /// </summary>
    public TimeSpan Age { get; init; }

    /// <summary>The entries that were asked for and exist, by name.</summary>
    public IReadOnlyDictionary<string, SessionEntry> Entries { get; init; } = ReadOnlyDictionary<string, SessionEntry>.Empty;

    /// <summary>
    /// Entries that were asked for and are there, but not as a store writes them. They are left as they are until somebody writes or removes them; to expect any revision of one is a conflict.
    /// </summary>
    public IReadOnlyCollection<string> Malformed { get; init; } = [];
}
