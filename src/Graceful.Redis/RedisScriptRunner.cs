using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace Graceful;

/// <summary>Runs scripts: by name, in full where the server does not know the name (it was restarted, failed over or flushed), plain where it does not know flags.</summary>
internal sealed class RedisScriptRunner
{
    private readonly RedisConnection _connection;
    private volatile bool _plain;

    public RedisScriptRunner(RedisConnection connection)
    {
        _connection = connection;

        // Perhaps another server, that knows flags.
        connection.Restored += () => _plain = false;
    }

    /// <exception cref="RedisStoreException">The script did not run, or it is not known whether it did.</exception>
    public async Task<RedisResult> RunAsync(RedisScript script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsIsAsync(script, keys, values, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw RedisFailure.Explain(script.Operation, e);
        }
    }

    /// <summary>With the client's own exceptions, which may hold names and texts that nobody else is to see. What it gives may be awaited once.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<RedisResult> RunAsIsAsync(RedisScript script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken)
    {
        for (var form = _plain ? script.Plain : script.Flagged; ; form = script.Plain)
        {
            try
            {
                try
                {
                    return await _connection.Pipeline.SendAsync((form.Name, keys, values), ByName, cancellationToken).ConfigureAwait(false);
                }
                catch (RedisServerException e) when (e.Is("NOSCRIPT"))
                {
                    return await _connection.Pipeline.SendAsync(InFull(form.Text, keys, values), static (database, all) => database.ExecuteAsync("EVAL", all, CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false);
                }
            }
            catch (RedisServerException e) when (!ReferenceEquals(form, script.Plain) && DoesNotCompile(e.Message))
            {
                _plain = true;
            }
        }
    }

    private static Task<RedisResult> ByName(IDatabaseAsync database, (byte[] Name, RedisKey[] Keys, RedisValue[] Values) script) =>
        database.ScriptEvaluateAsync(script.Name, script.Keys, script.Values, CommandFlags.DemandMaster);

    /// <summary>Not the client's own script support: that loads with SCRIPT LOAD, which would be one more permission.</summary>
    private static object[] InFull(string script, RedisKey[] keys, RedisValue[] values)
    {
        var arguments = new object[2 + keys.Length + values.Length];
        arguments[0] = script;
        arguments[1] = keys.Length;
        for (var i = 0; i < keys.Length; i++)
        {
            arguments[2 + i] = keys[i];
        }

        for (var i = 0; i < values.Length; i++)
        {
            arguments[2 + keys.Length + i] = values[i];
        }

        return arguments;
    }

    /// <summary>The script never began: it is safe to send it again in another form.</summary>
    private static bool DoesNotCompile(string message) =>
        message.Contains("compil", StringComparison.OrdinalIgnoreCase) || message.Contains("shebang", StringComparison.OrdinalIgnoreCase) ||
        message.Contains("near '#'", StringComparison.Ordinal);
}
