namespace Graceful;

/// <summary>Sessions of this process only: for development, for tests, and for an application that has one instance. They end with it. Thread-safe.</summary>
/// <param name="time">By which sessions expire. Jumps of the wall clock do not count.</param>
public sealed class InMemorySessionStateStore(TimeProvider time) : ISessionStateStore
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time = time ?? throw new ArgumentNullException(nameof(time));
    private readonly long _start = time.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly Dictionary<SessionHandle, InMemorySession> _sessions = [];
    private readonly Dictionary<string, Dictionary<SessionHandle, TimeSpan>> _users = [];
    private TimeSpan _nextSweep = SweepInterval;

    // Where a new session's revisions begin: above those of every session before.
    private long _highest;

    /// <inheritdoc/>
    public bool EndsWithToken => true;

    /// <summary>What takes memory.</summary>
    internal (int Sessions, int Users) Remembered
    {
        get
        {
            lock (_lock)
            {
                return (_sessions.Count, _users.Count);
            }
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <inheritdoc/>
    public ValueTask<SessionState> LoadAsync(SessionHandle session, IReadOnlyCollection<string>? names, CancellationToken cancellationToken)
    {
        SessionArguments.Check(session);
        foreach (var name in names ?? [])
        {
            SessionArguments.Check(name, nameof(names));
        }

        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var now = Now;
            return new(Find(session, now)?.Read(names, now) ?? new SessionState());
        }
    }

    /// <inheritdoc/>
    public ValueTask<SessionCommitResult> CommitAsync(SessionHandle session, SessionCommit commit, CancellationToken cancellationToken)
    {
        SessionArguments.Check(session);
        SessionArguments.Check(commit);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var now = Now;
            Sweep(now);
            var found = Find(session, now);
            var isNew = found is null;
            if (found is null)
            {
                if (commit.Generation > 0)
                {
                    return new(new SessionCommitResult(SessionCommitOutcome.Ended, 0, 0));
                }

                if (commit.Expect.Any(e => e.Value != 0))
                {
                    return new(new SessionCommitResult(SessionCommitOutcome.Conflict, 0, 0));
                }

                _sessions[session] = found = new InMemorySession(now, _highest);
            }

            var result = found.Apply(commit, now, isNew);
            _highest = Math.Max(_highest, result.Revision);
            return new(result);
        }
    }

    /// <inheritdoc/>
    public ValueTask TouchAsync(IReadOnlyCollection<SessionTouch> touches, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(touches);
        foreach (var touch in touches)
        {
            SessionArguments.Check(touch.Session);
            SessionArguments.Check(touch.TimeToLive, nameof(touches));
        }

        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var now = Now;
            foreach (var touch in touches)
            {
                Find(touch.Session, now)?.Prolong(now, touch);
            }
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask<bool> EndAsync(SessionHandle session, TimeSpan remembrance, CancellationToken cancellationToken)
    {
        SessionArguments.Check(session);
        SessionArguments.Check(remembrance, nameof(remembrance));
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var now = Now;
            var found = Find(session, now);
            var wasThere = found is { HasEnded: false };
            _sessions[session] = InMemorySession.Ended(found is { HasEnded: true } ? found.Expires : now, InMemorySession.After(now, remembrance));
            return new(wasThere);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryEndAsync(SessionHandle session, long revision, TimeSpan remembrance, CancellationToken cancellationToken)
    {
        SessionArguments.Check(session);
        SessionArguments.Check(remembrance, nameof(remembrance));
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var now = Now;
            if (Find(session, now) is not { HasEnded: false } found || found.Revision != revision)
            {
                return new(false);
            }

            _sessions[session] = InMemorySession.Ended(now, InMemorySession.After(now, remembrance));
            return new(true);
        }
    }

    /// <inheritdoc/>
    public ValueTask BindAsync(string user, SessionHandle session, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        SessionArguments.Check(user, nameof(user));
        SessionArguments.Check(session);
        SessionArguments.Check(timeToLive, nameof(timeToLive));
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (!_users.TryGetValue(user, out var notes))
            {
                _users[user] = notes = [];
            }

            notes[session] = InMemorySession.After(Now, timeToLive);
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask UnbindAsync(string user, SessionHandle session, CancellationToken cancellationToken)
    {
        SessionArguments.Check(user, nameof(user));
        SessionArguments.Check(session);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (_users.TryGetValue(user, out var notes))
            {
                notes.Remove(session);
                Trim(user, Now);
            }
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SessionHandle>> ListAsync(string user, CancellationToken cancellationToken)
    {
        SessionArguments.Check(user, nameof(user));
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            Trim(user, Now);
            return new(_users.TryGetValue(user, out var notes) ? [.. notes.Keys] : []);
        }
    }

    private InMemorySession? Find(SessionHandle session, TimeSpan now) => _sessions.TryGetValue(session, out var found) && found.Expires > now ? found : null;

    private void Trim(string user, TimeSpan now)
    {
        if (!_users.TryGetValue(user, out var notes))
        {
            return;
        }

        foreach (var (session, expires) in notes)
        {
            if (expires <= now)
            {
                notes.Remove(session);
            }
        }

        if (notes.Count == 0)
        {
            _users.Remove(user);
        }
    }

    /// <summary>Whom nobody asks for any more is forgotten too.</summary>
    private void Sweep(TimeSpan now)
    {
        if (now < _nextSweep)
        {
            return;
        }

        _nextSweep = now + SweepInterval;
        foreach (var (session, found) in _sessions)
        {
            if (found.Expires <= now)
            {
                _sessions.Remove(session);
            }
        }

        foreach (var user in _users.Keys)
        {
            Trim(user, now);
        }
    }
}
