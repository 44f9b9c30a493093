using StackExchange.Redis;

namespace Graceful.Benchmarks;

/// <summary>How the two sides reach Redis: alike, with the product's settings.</summary>
internal static class SessionWire
{
    /// <summary>A busy machine is slow, not broken: a limit that strikes would be measured as an answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static ConfigurationOptions To(string address)
    {
        var connection = RedisConfiguration.For(new RedisOptions { Configuration = address });
        connection.AsyncTimeout = (int)Patience.TotalMilliseconds;
        return connection;
    }

    public static Task<SessionHost> StartAsync(SessionSide side, string address) => SessionHost.StartAsync(side, side == SessionSide.Untouched ? null : To(address), Patience);
}
