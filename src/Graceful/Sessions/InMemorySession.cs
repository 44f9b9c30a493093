namespace Graceful;

/// <summary>One session in memory. Not thread-safe: its store holds a lock.</summary>
internal sealed class InMemorySession(TimeSpan created, long revision)
{
    private readonly Dictionary<string, SessionEntry> _entries = [];
    private readonly Queue<(string Id, SessionCommitResult Result)> _commits = [];
    private long _revision = revision;
    private long _generation = 1;
    private TimeSpan? _cleared;

    public long Revision => _revision;

    public bool HasEnded { get; private init; }

    public TimeSpan Expires { get; private set; }

    public static InMemorySession Ended(TimeSpan atLeast, TimeSpan until) => new(default, 0) { HasEnded = true, Expires = until > atLeast ? until : atLeast };

    /// <summary>A life may be as long as a time can be.</summary>
    public static TimeSpan After(TimeSpan time, TimeSpan life) => life > TimeSpan.MaxValue - time ? TimeSpan.MaxValue : time + life;

    public SessionState Read(IReadOnlyCollection<string>? names, TimeSpan now)
    {
        if (HasEnded)
        {
            return new SessionState { HasEnded = true };
        }

        var entries = new Dictionary<string, SessionEntry>(names?.Count ?? _entries.Count);
        foreach (var name in names ?? _entries.Keys)
        {
            if (_entries.TryGetValue(name, out var entry))
            {
                entries[name] = entry;
            }
        }

        return new SessionState { Exists = true, Revision = _revision, Generation = _generation, Age = now - created, Entries = entries };
    }

    public SessionCommitResult Apply(SessionCommit commit, TimeSpan now, bool isNew)
    {
        if (HasEnded)
        {
            return new SessionCommitResult(SessionCommitOutcome.Ended, 0, 0);
        }

        if (commit.AbsoluteTimeToLive is { } absolute && now - created >= absolute)
        {
            return As(SessionCommitOutcome.Ended);
        }

        foreach (var (id, result) in _commits)
        {
            if (id == commit.Id)
            {
                return result;
            }
        }

        if (commit.MustBeNew && !isNew)
        {
            return As(SessionCommitOutcome.Conflict);
        }

        if (commit.Generation > 0 ? commit.Generation != _generation : _cleared > now - commit.Elapsed)
        {
            return As(SessionCommitOutcome.Cleared);
        }

        foreach (var (name, revision) in commit.Expect)
        {
            if ((_entries.TryGetValue(name, out var entry) ? entry.Revision : 0) != revision)
            {
                return As(SessionCommitOutcome.Conflict);
            }
        }

        Write(commit, now);
        return As(SessionCommitOutcome.Committed);
    }

    public void Prolong(TimeSpan now, SessionTouch touch)
    {
        if (!HasEnded)
        {
            var expires = After(now, touch.TimeToLive);
            Expires = Earlier(expires > Expires ? expires : Expires, touch.AbsoluteTimeToLive);
        }
    }

    private void Write(SessionCommit commit, TimeSpan now)
    {
        _revision++;
        if (commit.Clear)
        {
            _entries.Clear();
            _generation++;
            _cleared = now;
        }

        foreach (var name in commit.Remove)
        {
            _entries.Remove(name);
        }

        // A copy: the caller may use its memory again.
        foreach (var (name, data) in commit.Set)
        {
            _entries[name] = new SessionEntry(_revision, data.ToArray());
        }

        Expires = Earlier(After(now, commit.TimeToLive), commit.AbsoluteTimeToLive);
        if (_commits.Count == SessionCommit.RememberedCommits)
        {
            _commits.Dequeue();
        }

        _commits.Enqueue((commit.Id, As(SessionCommitOutcome.Committed)));
    }

    private SessionCommitResult As(SessionCommitOutcome outcome) => new(outcome, _revision, _generation);

    private TimeSpan Earlier(TimeSpan expires, TimeSpan? absolute)
    {
        var end = absolute is { } life ? After(created, life) : TimeSpan.MaxValue;
        return end < expires ? end : expires;
    }
}
