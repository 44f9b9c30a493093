using StackExchange.Redis;

namespace Graceful;

/// <summary>How Redis is reached; bound from the configuration section <c>Graceful:Redis</c> and validated on start. Named as in <c>RedisCacheOptions</c>.</summary>
/// <remarks>One of <see cref="ConnectionMultiplexerFactory"/>, <see cref="ConfigurationOptions"/> and <see cref="Configuration"/> is needed; the first of them that is set counts.</remarks>
public sealed class RedisOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string SectionName = "Graceful:Redis";

    /// <summary>
    /// A configuration string of StackExchange.Redis, such as <c>redis:6379,user=graceful,password=…</c>.
    /// <value>Default: none.</value>
    /// </summary>
    /// <remarks>It may hold a password: it belongs into an environment variable or a secret store, and is never logged.</remarks>
    public string? Configuration { get; set; }

    /// <summary>
    /// Stands before every key and channel: what separates environments that share one Redis.
    /// <value>Default: none.</value>
    /// </summary>
    /// <remarks>Braces are refused: they would decide in which slot of a cluster a key lies. All members of a fleet need the same.</remarks>
    public string? InstanceName { get; set; }

    /// <summary>
    /// The same as <see cref="Configuration"/>, in code. A copy is used, with <c>AbortOnConnectFail</c> off and <c>BacklogPolicy.FailFast</c>.
    /// <value>Default: none.</value>
    /// </summary>
    public ConfigurationOptions? ConfigurationOptions { get; set; }

    /// <summary>
    /// A connection that the application has already. Used as it is, and not disposed.
    /// <value>Default: none.</value>
    /// </summary>
    /// <remarks>Called again when it throws. With a backlog (not <c>BacklogPolicy.FailFast</c>) an instance learns of an outage later, by a timeout. Its databases must support <c>CreateBatch</c>.</remarks>
    public Func<Task<IConnectionMultiplexer>>? ConnectionMultiplexerFactory { get; set; }
}
