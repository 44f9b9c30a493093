using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace Graceful;

/// <summary>Sessions in Redis: <see cref="SessionScripts"/> on <see cref="SessionStateKeys"/>, and plain commands to read. One round trip for each call.</summary>
internal sealed class RedisSessionStateStore(RedisConnection connection, string application, TimeProvider time) : ISessionStateStore
{
    private const string LoadOperation = "The store of sessions could not be read";

    private readonly SessionStateKeys _keys = new(connection.Prefix, application);
    private readonly RedisScriptRunner _scripts = new(connection);

    public bool EndsWithToken => true;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SessionState> LoadAsync(SessionHandle session, IReadOnlyCollection<string>? names, CancellationToken cancellationToken)
    {
        SessionArguments.Check(session);
        var asked = names is null ? null : SessionReading.Fields(names);
        try
        {
            if (asked is null)
            {
                var all = await connection.Pipeline.SendAsync(
                    _keys.Of(session), static (database, key) => database.HashGetAllAsync(key, CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
                return SessionReading.Read(all, time.GetUtcNow());
            }

            var some = await connection.Pipeline.SendAsync(
                (Key: _keys.Of(session), Fields: asked), static (database, of) => database.HashGetAsync(of.Key, of.Fields, CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
            return SessionReading.Read(names!, some, time.GetUtcNow());
        }
        catch (Exception e) when (IsToBeExplained(e, cancellationToken))
        {
            throw Explain(LoadOperation, e);
        }
    }

    public ValueTask<SessionCommitResult> CommitAsync(SessionHandle session, SessionCommit commit, CancellationToken cancellationToken)
    {
        SessionArguments.Check(session);
        SessionArguments.Check(commit);
        var script = commit.Set.Count > 0 ? SessionScripts.Commit : SessionScripts.Shrink;
        return RunAsync(script, _keys.Of(session), SessionWriting.Arguments(commit), static answer => SessionReading.Answer((string)answer!), cancellationToken);
    }

    public async ValueTask TouchAsync(IReadOnlyCollection<SessionTouch> touches, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(touches);
        foreach (var touch in touches)
        {
            SessionArguments.Check(touch.Session);
            SessionArguments.Check(touch.TimeToLive, nameof(touches));
        }

        if (touches.Count == 0)
        {
            return;
        }

        try
        {
            var database = await DatabaseAsync(cancellationToken).ConfigureAwait(false);

            // All are on their way before one is waited for.
            var sent = new Task[touches.Count];
            var next = 0;
            foreach (var touch in touches)
            {
                sent[next++] = TouchAsync(database, touch, cancellationToken);
            }

            await Task.WhenAll(sent).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsToBeExplained(e, cancellationToken))
        {
            throw Explain(SessionScripts.Touch.Operation, e);
        }
    }

    public async ValueTask<bool> EndAsync(SessionHandle session, TimeSpan remembrance, CancellationToken cancellationToken)
    {
        SessionArguments.Check(session);
        SessionArguments.Check(remembrance, nameof(remembrance));
        return (int)await RunAsync(SessionScripts.End, _keys.Of(session), [SessionWriting.Milliseconds(remembrance), ""], cancellationToken).ConfigureAwait(false) == 1;
    }

    public async ValueTask<bool> TryEndAsync(SessionHandle session, long revision, TimeSpan remembrance, CancellationToken cancellationToken)
    {
        SessionArguments.Check(session);
        SessionArguments.Check(remembrance, nameof(remembrance));
        return (int)await RunAsync(SessionScripts.End, _keys.Of(session), [SessionWriting.Milliseconds(remembrance), revision], cancellationToken).ConfigureAwait(false) == 1;
    }

    public async ValueTask BindAsync(string user, SessionHandle session, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        SessionArguments.Check(user, nameof(user));
        SessionArguments.Check(session);
        SessionArguments.Check(timeToLive, nameof(timeToLive));
        await RunAsync(SessionScripts.Bind, _keys.Of(user), [session.Value, SessionWriting.Milliseconds(timeToLive)], cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask UnbindAsync(string user, SessionHandle session, CancellationToken cancellationToken)
    {
        SessionArguments.Check(user, nameof(user));
        SessionArguments.Check(session);
        try
        {
            var database = await DatabaseAsync(cancellationToken).ConfigureAwait(false);
            await database.SortedSetRemoveAsync(_keys.Of(user), session.Value, CommandFlags.DemandMaster).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsToBeExplained(e, cancellationToken))
        {
            throw Explain("The store of sessions forgot no note of a user", e);
        }
    }

    public async ValueTask<IReadOnlyList<SessionHandle>> ListAsync(string user, CancellationToken cancellationToken)
    {
        SessionArguments.Check(user, nameof(user));
        var found = (string[])(await RunAsync(SessionScripts.List, _keys.Of(user), [], cancellationToken).ConfigureAwait(false))!;
        var sessions = new List<SessionHandle>(found.Length);
        foreach (var text in found)
        {
            if (SessionHandle.TryParse(text, out var session))
            {
                sessions.Add(session);
            }
        }

        return sessions;
    }

    private Task<RedisResult> TouchAsync(IDatabase database, SessionTouch touch, CancellationToken cancellationToken)
    {
        var key = _keys.Of(touch.Session);
        var life = SessionWriting.Milliseconds(touch.TimeToLive);

        // GT: never shorter than it was. Not the client's own command, which takes one of two by whether the seconds are whole.
        return touch.AbsoluteTimeToLive is { } absolute
            ? _scripts.RunAsIsAsync(SessionScripts.Touch, [key], [life, Microseconds.Of(absolute)], cancellationToken).AsTask()
            : database.ExecuteAsync("PEXPIRE", [key, life, "GT"], CommandFlags.DemandMaster);
    }

    private ValueTask<RedisResult> RunAsync(RedisScript script, RedisKey key, RedisValue[] values, CancellationToken cancellationToken) =>
        RunAsync(script, key, values, static answer => answer, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> RunAsync<T>(RedisScript script, RedisKey key, RedisValue[] values, Func<RedisResult, T> read, CancellationToken cancellationToken)
    {
        try
        {
            return read(await _scripts.RunAsIsAsync(script, [key], values, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (IsToBeExplained(e, cancellationToken))
        {
            throw Explain(script.Operation, e);
        }
    }

    private async ValueTask<IDatabase> DatabaseAsync(CancellationToken cancellationToken) => (await connection.GetAsync(cancellationToken).ConfigureAwait(false)).GetDatabase();

    private static bool IsToBeExplained(Exception exception, CancellationToken cancellationToken) =>
        exception is not SessionStoreException && !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested);

    /// <summary>Without the inner exception: the texts of the client and of the server may name the user.</summary>
    private static SessionStoreException Explain(string operation, Exception exception) => new($"{operation}: {RedisFailure.Meaning(exception)}.");
}
