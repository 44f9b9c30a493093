using System.Collections.Concurrent;

namespace Graceful;

/// <summary>Sessions in the memory of this process: for development and tests. Another instance does not see them, and they end with the process.</summary>
/// <param name="time">The clock.</param>
public sealed class InMemorySessionStateStore(TimeProvider time) : ISessionStateStore
{
    private readonly ConcurrentDictionary<SessionHandle, Session> _sessions = new();
    private readonly ConcurrentDictionary<(string User, SessionHandle Session), DateTimeOffset> _notes = new();

    /// <inheritdoc/>
    public ValueTask<SessionState> LoadAsync(SessionHandle session, IReadOnlyCollection<string>? names, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = time.GetUtcNow();
        if (!_sessions.TryGetValue(session, out var found))
        {
            return ValueTask.FromResult(new SessionState());
        }

        lock (found)
        {
            if (found.HasEnded(now))
            {
                return ValueTask.FromResult(new SessionState { HasEnded = true });
            }

            if (!found.Exists(now))
            {
                return ValueTask.FromResult(new SessionState());
            }

            return ValueTask.FromResult(new SessionState
            {
                Exists = true,
                Revision = found.Revision,
                Generation = found.Generation,
                Age = now - found.Created,
                Entries = found.Entries.Where(e => names is null || names.Contains(e.Key)).ToDictionary(e => e.Key, e => e.Value),
            });
        }
    }

    /// <inheritdoc/>
    public ValueTask<SessionCommitResult> CommitAsync(SessionHandle session, SessionCommit commit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        cancellationToken.ThrowIfCancellationRequested();
        var now = time.GetUtcNow();
        var found = _sessions.GetOrAdd(session, static _ => new Session());
        lock (found)
        {
            return ValueTask.FromResult(new SessionCommitResult(found.Apply(commit, now), found.Revision, found.Generation));
        }
    }

    /// <inheritdoc/>
    public ValueTask TouchAsync(IReadOnlyCollection<SessionTouch> touches, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(touches);
        cancellationToken.ThrowIfCancellationRequested();
        var now = time.GetUtcNow();
        foreach (var touch in touches)
        {
            if (_sessions.TryGetValue(touch.Session, out var found))
            {
                lock (found)
                {
                    if (found.Exists(now))
                    {
                        found.Prolong(now, touch.TimeToLive, touch.AbsoluteTimeToLive);
                    }
                }
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<bool> EndAsync(SessionHandle session, TimeSpan remembrance, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = time.GetUtcNow();
        var found = _sessions.GetOrAdd(session, static _ => new Session());
        lock (found)
        {
            var was = found.Exists(now);
            found.End(now + remembrance);
            return ValueTask.FromResult(was);
        }
    }

    /// <inheritdoc/>
    public ValueTask BindAsync(string user, SessionHandle session, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        _notes[(user, session)] = time.GetUtcNow() + timeToLive;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask UnbindAsync(string user, SessionHandle session, CancellationToken cancellationToken)
    {
        _notes.TryRemove((user, session), out _);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SessionHandle>> ListAsync(string user, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return ValueTask.FromResult<IReadOnlyList<SessionHandle>>([.. _notes.Where(n => n.Key.User == user && n.Value > now).Select(n => n.Key.Session)]);
    }

    private sealed class Session
    {
        private DateTimeOffset _expires;
        private DateTimeOffset _endedUntil;
        private DateTimeOffset _cleared;
        private string? _last;

        public Dictionary<string, SessionEntry> Entries { get; } = [];

        public long Revision { get; private set; }

        public long Generation { get; private set; }

        public DateTimeOffset Created { get; private set; }

        public bool HasEnded(DateTimeOffset now) => _endedUntil > now;

        public bool Exists(DateTimeOffset now) => !HasEnded(now) && _expires > now;

        public void End(DateTimeOffset until)
        {
            Entries.Clear();
            _endedUntil = until;
            _expires = default;
        }

        public void Prolong(DateTimeOffset now, TimeSpan life, TimeSpan? absolute)
        {
            var until = now + life > _expires ? now + life : _expires;
            _expires = absolute is { } limit && Created + limit < until ? Created + limit : until;
        }

        public SessionCommitOutcome Apply(SessionCommit commit, DateTimeOffset now)
        {
            if (HasEnded(now))
            {
                return SessionCommitOutcome.Ended;
            }

            if (!Exists(now))
            {
                Entries.Clear();
                Created = now;
                (Revision, Generation, _cleared, _last) = (0, 0, default, null);
            }

            if (_last == commit.Id)
            {
                return SessionCommitOutcome.Committed;
            }

            if (commit.Generation is { } known ? known != Generation && Revision > 0 : _cleared > now - commit.Elapsed)
            {
                return SessionCommitOutcome.Cleared;
            }

            if (commit.Expect.Any(e => Entries.GetValueOrDefault(e.Key).Revision != e.Value))
            {
                return SessionCommitOutcome.Conflict;
            }

            Write(commit, now);
            return SessionCommitOutcome.Committed;
        }

        private void Write(SessionCommit commit, DateTimeOffset now)
        {
            Revision++;
            if (commit.Clear)
            {
                Entries.Clear();
                Generation++;
                _cleared = now;
            }

            foreach (var (name, data) in commit.Set)
            {
                Entries[name] = new SessionEntry(Revision, data.ToArray());
            }

            foreach (var name in commit.Remove)
            {
                Entries.Remove(name);
            }

            _last = commit.Id;
            Prolong(now, commit.TimeToLive, commit.AbsoluteTimeToLive);
        }
    }
}
