using StackExchange.Redis;

namespace Graceful.TestApp.Scenarios;

/// <summary>
/// The data that the fleet shares: a list in a Redis of <c>Data</c>, in the order in which it was written. Where the fleet lives in the same Redis, each record takes along what the fleet's state
/// was at the very moment of writing.
/// </summary>
internal sealed class FleetLog(IConfiguration configuration) : IAsyncDisposable
{
    private const string Append = """
        local t = redis.call('TIME')
        local at = string.format('%.0f', tonumber(t[1]) * 1000000 + tonumber(t[2]))
        redis.call('RPUSH', KEYS[1], at .. ' ' .. ARGV[1] .. '|' .. (redis.call('HGET', KEYS[2], 'c:session') or ''))
        """;

    private readonly ConnectionMultiplexer _data = ConnectionMultiplexer.Connect(configuration["Data"]!);
    private readonly RedisKey[] _keys = ["log", $"gf1:{{{configuration["Graceful:Fleet:Name"]}}}:s"];

    /// <summary>In microseconds since 1970, as the records have it from Redis: all run on one machine.</summary>
    public static long Now => (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public Task WriteAsync(string record) => _data.GetDatabase().ScriptEvaluateAsync(Append, _keys, [record]);

    public ValueTask DisposeAsync() => _data.DisposeAsync();
}
