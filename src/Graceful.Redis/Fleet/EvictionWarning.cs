using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>Warns, once, of a server that may throw away any key when it is full: the fleet's too.</summary>
/// <remarks>From INFO, which the client needs anyway, not from CONFIG GET, which is an administrator's. Whoever may not ask hears nothing.</remarks>
internal sealed partial class EvictionWarning(RedisConnection connection, ILogger logger)
{
    private const string Setting = "maxmemory_policy";
    private const string AnyKey = "allkeys-";
    private int _looked;

    public void LookOnce()
    {
        if (Volatile.Read(ref _looked) == 0 && Interlocked.Exchange(ref _looked, 1) == 0)
        {
            _ = LookAsync();
        }
    }

    private async Task LookAsync()
    {
        try
        {
            var multiplexer = await connection.GetAsync(CancellationToken.None).ConfigureAwait(false);
            foreach (var server in multiplexer.GetServers().Where(s => s.IsConnected && !s.IsReplica))
            {
                var info = await server.InfoAsync("memory").ConfigureAwait(false);
                if (info.SelectMany(section => section).FirstOrDefault(line => line.Key == Setting).Value is { } policy && policy.StartsWith(AnyKey, StringComparison.Ordinal))
                {
                    Log.MayEvict(logger, policy);
                    return;
                }
            }
        }
        catch (Exception)
        {
            // Not allowed, or not understood: the fleet works without knowing.
        }
    }
}
