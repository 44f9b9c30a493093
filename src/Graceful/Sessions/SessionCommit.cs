using System.Collections.ObjectModel;

namespace Graceful;

/// <summary>What one request changes in a session.</summary>
/// <param name="Id">
/// Names this commit, so that one whose answer was lost may be sent again: 1 to 64 visible ASCII characters, never used twice for different content. A session knows its last
/// <see cref="RememberedCommits"/> commits.
/// </param>
/// <param name="TimeToLive">How long the session lives after it, unless prolonged; above zero.</param>
public sealed record SessionCommit(string Id, TimeSpan TimeToLive)
{
    /// <summary>How many of its last commits a session knows by their id. One that is sent again after so many others is applied again.</summary>
    public const int RememberedCommits = 4;

    /// <summary>The longest life of a session from its creation on; null for no limit. A session past it has ended.</summary>
    public TimeSpan? AbsoluteTimeToLive { get; init; }

    /// <summary>
    /// The generation that was loaded; null when nothing was, or 0 when there was no session. A session cleared meanwhile takes no writes from before, and one that has gone meanwhile is not
    /// begun anew with what is left of it: the outcome is <see cref="SessionCommitOutcome.Ended"/>.
    /// </summary>
    public long? Generation { get; init; }

    /// <summary>
    /// The session must not be there; if it is, the commit is a conflict and changes nothing. For who brings a session from elsewhere, perhaps at the same time as others. Not together with
    /// <see cref="Generation"/>.
    /// </summary>
    public bool MustBeNew { get; init; }

    /// <summary>
    /// How long ago the request began: without <see cref="Generation"/>, a clear in this time makes the commit come too late. A commit that is sent again counts from the same beginning.
    /// </summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Removes every entry first, and begins a new generation. The age of the session stays.</summary>
    public bool Clear { get; init; }

    /// <summary>Entries to write, by name. A name is not empty.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Set { get; init; } = ReadOnlyDictionary<string, ReadOnlyMemory<byte>>.Empty;

    /// <summary>Entries to remove; one that is in <see cref="Set"/> too is written.</summary>
    public IReadOnlyCollection<string> Remove { get; init; } = [];

    /// <summary>
    /// Compare-and-swap: the revision that each of these entries must have, 0 for one that must not exist. If one has another the commit is a conflict and changes nothing.
    /// </summary>
    public IReadOnlyDictionary<string, long> Expect { get; init; } = ReadOnlyDictionary<string, long>.Empty;
}

/// <summary>What became of a commit.</summary>
public enum SessionCommitOutcome
{
    /// <summary>Applied: by this call, or by an earlier one with the same id.</summary>
    Committed = 0,

    /// <summary>An entry of <see cref="SessionCommit.Expect"/> has another revision, or the session is there and <see cref="SessionCommit.MustBeNew"/>. Nothing was changed.</summary>
    Conflict = 1,

    /// <summary>The session was cleared since the request began. Nothing was changed.</summary>
    Cleared = 2,

    /// <summary>The session was ended, is past its absolute life, or was loaded and has gone since. Nothing was changed.</summary>
    Ended = 3,
}

/// <summary>The answer to a commit.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Revision">The revision of the session: after the commit, or as it is; 0 when it does not exist.</param>
/// <param name="Generation">The generation of the session, likewise.</param>
public readonly record struct SessionCommitResult(SessionCommitOutcome Outcome, long Revision, long Generation);

/// <summary>Prolongs a session.</summary>
/// <param name="Session">The session.</param>
/// <param name="TimeToLive">How long it lives from now on.</param>
/// <param name="AbsoluteTimeToLive">The longest life from its creation on; null for no limit.</param>
public readonly record struct SessionTouch(SessionHandle Session, TimeSpan TimeToLive, TimeSpan? AbsoluteTimeToLive);
