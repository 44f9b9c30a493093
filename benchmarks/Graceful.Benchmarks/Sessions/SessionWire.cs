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

    public static Task<SessionHost> StartAsync(SessionSide side, string address, Action<SessionStateOptions>? configure = null) =>
        SessionHost.StartAsync(side, side == SessionSide.Untouched ? null : To(address), (o => o.Timeout = Patience) + configure);

    /// <summary>Graceful without what it remembers of cookies: each is decrypted for each request, as by the built-in.</summary>
    public static Task<SessionHost> StartForgetfulAsync(string address) => StartAsync(SessionSide.Graceful, address, o => o.CookieCacheDuration = TimeSpan.Zero);
}
