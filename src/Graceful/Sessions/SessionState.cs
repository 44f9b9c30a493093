namespace Graceful;

/// <summary>One entry as it lies in the store.</summary>
/// <param name="Revision">The revision of the session by which it was written; above 0.</param>
/// <param name="Data">Its bytes, of which the store knows nothing.</param>
public readonly record struct SessionEntry(long Revision, ReadOnlyMemory<byte> Data);

/// <summary>A session as it was when it was read.</summary>
public sealed record SessionState
{
    /// <summary>Whether it is there. A session that expired, and one that was never written, is not.</summary>
    public bool Exists { get; init; }

    /// <summary>It was ended (<see cref="ISessionStateStore.EndAsync"/>): it has no entries, and commits are refused.</summary>
    public bool HasEnded { get; init; }

    /// <summary>The number of its last commit; 0 when it does not exist.</summary>
    public long Revision { get; init; }

    /// <summary>How often it was cleared.</summary>
    public long Generation { get; init; }

    /// <summary>How long ago it was created, by the store's clock.</summary>
    public TimeSpan Age { get; init; }

    /// <summary>The entries that were asked for and exist, by name.</summary>
    public IReadOnlyDictionary<string, SessionEntry> Entries { get; init; } = new Dictionary<string, SessionEntry>();
}
