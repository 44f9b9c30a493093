using System.Collections.Concurrent;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>A store of sessions that counts its calls, and can hang, fail, or wait for a test.</summary>
internal sealed class ProbeStore(TimeProvider? time = null) : ISessionStateStore
{
    private readonly InMemorySessionStateStore _inner = new(time ?? TimeProvider.System);
    private int _calls;
    private int _touched;
    private int _noted;
    private int _asked;

    /// <summary>Whether it says so, and does.</summary>
    public bool EndsWithToken { get; init; }

    public volatile bool Hangs;

    public volatile bool Fails;

    public volatile bool TouchFails;

    /// <summary>So many calls fail.</summary>
    public volatile int FailuresLeft;

    /// <summary>Fails the answer of a commit or an end that was applied.</summary>
    public volatile int LosesAnswers;

    /// <summary>Awaited in front of each commit.</summary>
    public Func<SessionCommit, Task>? BeforeCommit { get; set; }

    /// <summary>Awaited before sessions are listed.</summary>
    public Func<Task>? BeforeList { get; set; }

    /// <summary>Awaited once, before a session is ended for its successor.</summary>
    public Func<SessionHandle, Task>? BeforeEnd { get; set; }

    /// <summary>Awaited calls: everything but touches, and reads of whose a session is.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Of the last call.</summary>
    public CancellationToken LastToken { get; private set; }

    public int Touched => Volatile.Read(ref _touched);

    public ConcurrentQueue<SessionTouch> Touches { get; } = [];

    /// <summary>Notes of users that were written.</summary>
    public int Noted => Volatile.Read(ref _noted);

    /// <summary>Reads of nothing but whose a session is.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public ConcurrentQueue<SessionCommit> Commits { get; } = [];

    public ConcurrentQueue<IReadOnlyCollection<string>?> Loads { get; } = [];

    public ConcurrentDictionary<SessionHandle, bool> Handles { get; } = new();

    public async ValueTask<SessionState> LoadAsync(SessionHandle session, IReadOnlyCollection<string>? names, CancellationToken cancellationToken)
    {
        if (names?.Count == 1 && names.Single() == SessionNotes.Entry)
        {
            Interlocked.Increment(ref _asked);
            return Fails ? throw new SessionStoreException("The test's store is down.") : await _inner.LoadAsync(session, names, cancellationToken);
        }

        await CallAsync(cancellationToken);
        Loads.Enqueue(names);
        return await _inner.LoadAsync(session, names, cancellationToken);
    }

    public ValueTask<SessionCommitResult> CommitAsync(SessionHandle session, SessionCommit commit, CancellationToken cancellationToken) =>
        new(SendAsync(session, commit, cancellationToken).WaitAsync(cancellationToken));

    public async ValueTask TouchAsync(IReadOnlyCollection<SessionTouch> touches, CancellationToken cancellationToken)
    {
        if (TouchFails)
        {
            throw new SessionStoreException("The test's store is down.");
        }

        foreach (var touch in touches)
        {
            Touches.Enqueue(touch);
        }

        Interlocked.Add(ref _touched, touches.Count);
        await _inner.TouchAsync(touches, cancellationToken);
    }

    public async ValueTask<bool> EndAsync(SessionHandle session, TimeSpan remembrance, CancellationToken cancellationToken)
    {
        await CallAsync(cancellationToken);
        var wasThere = await _inner.EndAsync(session, remembrance, cancellationToken);
        if (LosesAnswers > 0)
        {
            LosesAnswers--;
            throw new SessionStoreException("The answer was lost.");
        }

        return wasThere;
    }

    public async ValueTask<bool> TryEndAsync(SessionHandle session, long revision, TimeSpan remembrance, CancellationToken cancellationToken)
    {
        await CallAsync(cancellationToken);
        if (BeforeEnd is { } wait)
        {
            BeforeEnd = null;
            await wait(session).WaitAsync(cancellationToken);
        }

        return await _inner.TryEndAsync(session, revision, remembrance, cancellationToken);
    }

    public async ValueTask BindAsync(string user, SessionHandle session, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        await CallAsync(cancellationToken);
        await _inner.BindAsync(user, session, timeToLive, cancellationToken);
        Interlocked.Increment(ref _noted);
    }

    public ValueTask UnbindAsync(string user, SessionHandle session, CancellationToken cancellationToken) => _inner.UnbindAsync(user, session, cancellationToken);

    public async ValueTask<IReadOnlyList<SessionHandle>> ListAsync(string user, CancellationToken cancellationToken)
    {
        await (BeforeList?.Invoke() ?? Task.CompletedTask);
        return await _inner.ListAsync(user, cancellationToken);
    }

    /// <summary>Past the counters.</summary>
    public async Task<IReadOnlyDictionary<string, SessionEntry>> EntriesAsync(SessionHandle session) => (await _inner.LoadAsync(session, null, CancellationToken.None)).Entries;

    public Task WriteAsync(SessionHandle session, string name, byte[] data) => _inner.CommitAsync(
        session, new SessionCommit(Guid.NewGuid().ToString("N"), TimeSpan.FromHours(1)) { Set = new Dictionary<string, ReadOnlyMemory<byte>> { [name] = data } }, CancellationToken.None).AsTask();

    private async Task<SessionCommitResult> SendAsync(SessionHandle session, SessionCommit commit, CancellationToken cancellationToken)
    {
        await CallAsync(cancellationToken);
        if (BeforeCommit is { } wait)
        {
            // What was sent is not called back: it may be applied when nobody waits any more.
            await wait(commit);
        }

        Commits.Enqueue(commit);
        Handles[session] = true;
        var result = await _inner.CommitAsync(session, commit, CancellationToken.None);
        if (LosesAnswers > 0)
        {
            LosesAnswers--;
            throw new SessionStoreException("The answer was lost.");
        }

        return result;
    }

    private async Task CallAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LastToken = cancellationToken;
        Interlocked.Increment(ref _calls);
        if (Fails || (FailuresLeft > 0 && FailuresLeft-- > 0))
        {
            throw new SessionStoreException("The test's store is down.");
        }

        if (Hangs)
        {
            // A bad one listens to no token.
            await Task.Delay(Timeout.Infinite, EndsWithToken ? cancellationToken : CancellationToken.None);
        }
    }
}
