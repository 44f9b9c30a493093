using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Graceful;

/// <summary>
/// The store with a limit of time for each call. After some that failed in a row the next ones fail at once for a moment, but for one that finds out whether the store is back: requests do not queue up
/// behind a store that is gone.
/// </summary>
internal sealed class GuardedSessionStore(ISessionStateStore store, SessionStateOptions options, SessionMetrics metrics, TimeProvider time)
{
    /// <summary>So many failures without an answer in between mean that the store is gone. One may be a pause of this process, and must not cost the requests of a second.</summary>
    private const int Gone = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CallLimits _limits = new(time, mayUseAgain: store.EndsWithToken);

    // A timestamp of the clock; 0 while the store answers.
    private long _closedUntil;
    private int _failures;

    public ValueTask<SessionState> LoadAsync(SessionHandle session, IReadOnlyCollection<string>? names, CancellationToken cancellationToken) =>
        CallAsync("load", 2, (store, session, names), static (call, token) => call.store.LoadAsync(call.session, call.names, token), cancellationToken);

    /// <summary>A second time when the first was not answered: the id makes it count once.</summary>
    public ValueTask<SessionCommitResult> CommitAsync(SessionHandle session, SessionCommit commit, CancellationToken cancellationToken) =>
        CallAsync("commit", 2, (store, session, commit), static (call, token) => call.store.CommitAsync(call.session, call.commit, token), cancellationToken);

    public ValueTask<bool> EndAsync(SessionHandle session, TimeSpan remembrance, CancellationToken cancellationToken) =>
        CallAsync("end", 2, token => store.EndAsync(session, remembrance, token), cancellationToken);

    /// <summary>Once: asked again after an answer that was lost, it would say that another had ended the session.</summary>
    public ValueTask<bool> TryEndAsync(SessionHandle session, long revision, TimeSpan remembrance, CancellationToken cancellationToken) =>
        CallAsync("end", 1, token => store.TryEndAsync(session, revision, remembrance, token), cancellationToken);

    public async ValueTask BindAsync(string user, SessionHandle session, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        await CallAsync("user", 2, token => Answered(store.BindAsync(user, session, timeToLive, token)), cancellationToken).ConfigureAwait(false);

    public async ValueTask UnbindAsync(string user, SessionHandle session, CancellationToken cancellationToken) =>
        await CallAsync("user", 1, token => Answered(store.UnbindAsync(user, session, token)), cancellationToken).ConfigureAwait(false);

    public ValueTask<IReadOnlyList<SessionHandle>> ListAsync(string user, CancellationToken cancellationToken) =>
        CallAsync("user", 1, token => store.ListAsync(user, token), cancellationToken);

    public async ValueTask TouchAsync(IReadOnlyCollection<SessionTouch> touches, CancellationToken cancellationToken) =>
        await CallAsync("touch", 1, token => Answered(store.TouchAsync(touches, token)), cancellationToken).ConfigureAwait(false);

    internal static async ValueTask<bool> Answered(ValueTask call)
    {
        await call.ConfigureAwait(false);
        return true;
    }

    /// <summary>For calls that are rare, and for stores that say nothing of whether they end with their token: it is waited beside them in any case.</summary>
    internal ValueTask<T> CallAsync<T>(string operation, int attempts, Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken) =>
        CallAsync(operation, attempts, call, static (call, token) => new ValueTask<T>(call(token).AsTask().WaitAsync(token)), cancellationToken);

    // Every read and every commit comes by here.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> CallAsync<TState, T>(string operation, int attempts, TState state, Func<TState, CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        Enter(operation);
        var waited = TimeSpan.Zero;
        for (var attempt = 1; ; attempt++)
        {
            Exception failure;

            // The second time it only waits for an answer that is most likely on its way: together less than half a second, at the default.
            var wait = options.Timeout / attempt;
            waited += wait;
            var limit = _limits.Start(wait);
            try
            {
                using var caller = cancellationToken.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), limit);

                var answer = store.EndsWithToken
                    ? await call(state, limit.Token).ConfigureAwait(false)
                    : await call(state, limit.Token).AsTask().WaitAsync(limit.Token).ConfigureAwait(false);
                Reset();
                return answer;
            }
            catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
            {
                // Its own token: callers ask which it was.
                throw new OperationCanceledException(e.Message, e, cancellationToken);
            }
            catch (OperationCanceledException e) when (limit.IsCancellationRequested)
            {
                failure = new SessionStoreException($"The store of sessions did not answer in {waited.TotalSeconds:0.###} s.", e);
            }
            catch (Exception e) when (e is SessionStoreException || !cancellationToken.IsCancellationRequested)
            {
                failure = e is SessionStoreException ? e : new SessionStoreException("The store of sessions failed.", e);
            }
            finally
            {
                _limits.End(limit);
            }

            // Once more, if it may be: whether it was applied is unknown.
            if (attempt == attempts)
            {
                metrics.Failed(operation);
                Failed();
                ExceptionDispatchInfo.Throw(failure);
            }
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

    private void Reset()
    {
        // Mostly nothing is written: every request comes by here. Both are looked at: an answer may come while the last failure is being counted.
        if (Volatile.Read(ref _failures) != 0 || Volatile.Read(ref _closedUntil) != 0)
        {
            Volatile.Write(ref _failures, 0);
            Volatile.Write(ref _closedUntil, 0);
        }
    }

    private void Failed()
    {
        if (Interlocked.Increment(ref _failures) >= Gone)
        {
            Volatile.Write(ref _closedUntil, Later(time.GetTimestamp(), Pause));
        }
    }

    private long Later(long now, TimeSpan pause) => Math.Max(1, now + (long)(pause.TotalSeconds * time.TimestampFrequency));
}
