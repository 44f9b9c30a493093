using StackExchange.Redis;

namespace Graceful;

/// <summary>Where ASP.NET Core's own session keeps sessions with RedisCache, for those that move away from there: <see cref="SessionBlobScripts"/>. One round trip for each call.</summary>
internal sealed class RedisSessionBlobStore(RedisConnection connection) : ISessionBlobStore
{
    private const string ReadOperation = "The old place of sessions could not be read";
    private static readonly RedisValue[] Fields = ["data", "moved"];

    private readonly RedisScriptRunner _scripts = new(connection);

    public async ValueTask<SessionBlob> ReadAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        try
        {
            var database = (await connection.GetAsync(cancellationToken).ConfigureAwait(false)).GetDatabase();
            var values = await database.HashGetAsync(key, Fields, CommandFlags.DemandMaster).WaitAsync(cancellationToken).ConfigureAwait(false);
            var (data, moved) = (values[0], values[1]);
            return !moved.IsNull ? new SessionBlob(moved.Length() > 0 ? SessionBlobState.Frozen : SessionBlobState.Closed, moved)
                : data.IsNull ? default : new SessionBlob(SessionBlobState.Open, data);
        }
        catch (Exception e) when (IsToBeExplained(e, cancellationToken))
        {
            throw Explain(ReadOperation, e);
        }
    }

    public ValueTask<bool> TryWriteAsync(string key, SessionBlob seen, SessionBlobWrite write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);
        SessionArguments.Check(new SessionCommit(write.Id, write.TimeToLive));
        SessionArguments.Check(write.IdleTimeout, nameof(write));
        return RunAsync(
            SessionBlobScripts.Write, key, [write.Id, IsOpen(seen) ? 1 : 0, seen.Data, write.Data, write.IdleTimeout.Ticks, SessionWriting.Milliseconds(write.TimeToLive)], cancellationToken);
    }

    public ValueTask<bool> TryFreezeAsync(string key, SessionBlob seen, TimeSpan longestLife, CancellationToken cancellationToken)
    {
        SessionArguments.Check(longestLife, nameof(longestLife));
        return IsOpen(seen)
            ? RunAsync(SessionBlobScripts.Freeze, key, [seen.Data, SessionWriting.Milliseconds(longestLife)], cancellationToken)
            : throw new ArgumentException("Frozen is what is open.", nameof(seen));
    }

    public ValueTask<bool> TryCloseAsync(string key, SessionBlob seen, TimeSpan remembrance, CancellationToken cancellationToken)
    {
        SessionArguments.Check(remembrance, nameof(remembrance));
        return RunAsync(SessionBlobScripts.Close, key, [IsOpen(seen) ? "open" : "absent", SessionWriting.Milliseconds(remembrance), seen.Data], cancellationToken);
    }

    public async ValueTask CloseAsync(string key, TimeSpan remembrance, CancellationToken cancellationToken)
    {
        SessionArguments.Check(remembrance, nameof(remembrance));
        await RunAsync(SessionBlobScripts.Close, key, ["any", SessionWriting.Milliseconds(remembrance)], cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask TouchAsync(IReadOnlyCollection<string> keys, TimeSpan more, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var milliseconds = Math.Max(0, (long)more.TotalMilliseconds);

        // All are on their way before one is waited for.
        var sent = keys.Select(k => RunAsync(SessionBlobScripts.Touch, k, [milliseconds], cancellationToken).AsTask()).ToArray();
        await Task.WhenAll(sent).ConfigureAwait(false);
    }

    /// <exception cref="ArgumentException">It was frozen or closed: then nothing is to be done to it any more.</exception>
    private static bool IsOpen(SessionBlob seen) => seen.State is SessionBlobState.Absent or SessionBlobState.Open
        ? seen.State == SessionBlobState.Open
        : throw new ArgumentException("Only what is open or absent can be changed.", nameof(seen));

    private async ValueTask<bool> RunAsync(RedisScript script, string key, RedisValue[] values, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        try
        {
            return (int)await _scripts.RunAsIsAsync(script, [key], values, cancellationToken).ConfigureAwait(false) == 1;
        }
        catch (Exception e) when (IsToBeExplained(e, cancellationToken))
        {
            throw Explain(script.Operation, e);
        }
    }

    private static bool IsToBeExplained(Exception exception, CancellationToken cancellationToken) => !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested);

    /// <summary>Without the inner exception: the client's texts name the key, which is the session's.</summary>
    private static SessionStoreException Explain(string operation, Exception exception) => new($"{operation}: {RedisFailure.Meaning(exception)}.");
}
