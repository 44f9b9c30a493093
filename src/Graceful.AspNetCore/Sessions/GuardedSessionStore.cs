namespace Graceful;

/// <summary>
/// The store with a limit of time for each call. After a call that failed the next ones fail at once for a moment, but for one that finds out whether the store is back: requests do not queue up behind a
/// store that is gone.
/// </summary>
internal sealed class GuardedSessionStore(ISessionStateStore store, SessionStateOptions options, SessionMetrics metrics, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // A timestamp of the clock; 0 while the store answers.
    private long _closedUntil;

    public async ValueTask<SessionState> LoadAsync(SessionHandle session, IReadOnlyCollection<string>? names, CancellationToken cancellationToken) =>
        await CallAsync("load", 1, token => store.LoadAsync(session, names, token), cancellationToken).ConfigureAwait(false);

    /// <summary>A second time when the first was not answered: the id makes it count once.</summary>
    public async ValueTask<SessionCommitResult> CommitAsync(SessionHandle session, SessionCommit commit, CancellationToken cancellationToken) =>
        await CallAsync("commit", 2, token => store.CommitAsync(session, commit, token), cancellationToken).ConfigureAwait(false);

    public async ValueTask<bool> EndAsync(SessionHandle session, TimeSpan remembrance, CancellationToken cancellationToken) =>
        await CallAsync("end", 2, token => store.EndAsync(session, remembrance, token), cancellationToken).ConfigureAwait(false);

    /// <summary>Once: asked again after an answer that was lost, it would say that another had ended the session.</summary>
    public async ValueTask<bool> TryEndAsync(SessionHandle session, long revision, TimeSpan remembrance, CancellationToken cancellationToken) =>
        await CallAsync("end", 1, token => store.TryEndAsync(session, revision, remembrance, token), cancellationToken).ConfigureAwait(false);

    public async ValueTask BindAsync(string user, SessionHandle session, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        await CallAsync("user", 2, token => Answered(store.BindAsync(user, session, timeToLive, token)), cancellationToken).ConfigureAwait(false);

    public async ValueTask UnbindAsync(string user, SessionHandle session, CancellationToken cancellationToken) =>
        await CallAsync("user", 1, token => Answered(store.UnbindAsync(user, session, token)), cancellationToken).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<SessionHandle>> ListAsync(string user, CancellationToken cancellationToken) =>
        await CallAsync("user", 1, token => store.ListAsync(user, token), cancellationToken).ConfigureAwait(false);

    public async ValueTask TouchAsync(IReadOnlyCollection<SessionTouch> touches, CancellationToken cancellationToken) =>
        await CallAsync("touch", 1, token => Answered(store.TouchAsync(touches, token)), cancellationToken).ConfigureAwait(false);

    internal static async ValueTask<bool> Answered(ValueTask call)
    {
        await call.ConfigureAwait(false);
        return true;
    }

    internal async Task<T> CallAsync<T>(string operation, int attempts, Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        Enter(operation);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await OnceAsync(call, cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref _closedUntil, 0);
                return answer;
            }
            catch (SessionStoreException) when (attempt < attempts)
            {
                // Once more: whether it was applied is unknown.
            }
            catch (SessionStoreException)
            {
                metrics.Failed(operation);
                Close(Pause);
                throw;
            }
        }
    }

    private async Task<T> OnceAsync<T>(Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            // A store that hangs may not listen to the token either.
            return await call(limit.Token).AsTask().WaitAsync(options.Timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new SessionStoreException($"The store of sessions did not answer in {options.Timeout.TotalSeconds:0.###} s.", e);
        }
        catch (Exception e) when (e is not SessionStoreException && !cancellationToken.IsCancellationRequested)
        {
            throw new SessionStoreException("The store of sessions failed.", e);
        }
        finally
        {
            await limit.CancelAsync().ConfigureAwait(false);
        }
    }

    private void Enter(string operation)
    {
        var until = Volatile.Read(ref _closedUntil);
        if (until == 0)
        {
            return;
        }

        var now = time.GetTimestamp();
        if (now < until || Interlocked.CompareExchange(ref _closedUntil, Later(now, options.Timeout + options.Timeout + Pause), until) != until)
        {
            metrics.Failed(operation);
            throw new SessionStoreException("The store of sessions failed a moment ago, and is not asked again yet.");
        }
    }

    private void Close(TimeSpan pause) => Volatile.Write(ref _closedUntil, Later(time.GetTimestamp(), pause));

    private long Later(long now, TimeSpan pause) => Math.Max(1, now + (long)(pause.TotalSeconds * time.TimestampFrequency));
}
