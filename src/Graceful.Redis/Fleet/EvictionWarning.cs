using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Graceful;

/// <summary>Warns, once, of a server that may throw away any key when it is full: the fleet's too.</summary>
/// <remarks>
/// By INFO in a script: that needs no administrator, as CONFIG GET does, and asks the very server that holds the fleet. Whoever may not ask, or asks a server that does not tell, hears nothing.
/// </remarks>
internal sealed partial class EvictionWarning(RedisScriptRunner scripts, RedisKey[] keys, ILogger logger)
{
    private const string AnyKey = "allkeys-";

    private static readonly RedisScript Policy = new("Redis did not tell its policy", """
        return string.match(redis.call('INFO', 'memory'), 'maxmemory_policy:([%w-]+)') or ''
        """);

    private int _looked;

    public Task LookOnceAsync() =>
        Volatile.Read(ref _looked) == 0 && Interlocked.Exchange(ref _looked, 1) == 0 ? LookAsync() : Task.CompletedTask;

    private async Task LookAsync()
    {
        try
        {
            var policy = (string)(await scripts.RunAsync(Policy, keys, [], CancellationToken.None).ConfigureAwait(false))!;
            if (policy.StartsWith(AnyKey, StringComparison.Ordinal))
            {
                Log.MayEvict(logger, policy);
            }
        }
        catch (RedisStoreException)
        {
            // The fleet works without knowing.
        }
    }
}
