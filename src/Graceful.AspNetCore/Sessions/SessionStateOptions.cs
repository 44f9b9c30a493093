using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Graceful;

/// <summary>What is read from the store when a session is read.</summary>
public enum SessionLoadMode
{
    /// <summary>All entries, or those that the endpoint names with <see cref="SessionKeysAttribute"/>, at the first read.</summary>
    Full = 0,

    /// <summary>Each entry when it is first read, one round trip each; with <see cref="SessionKeysAttribute"/>, the named ones together.</summary>
    OnDemand = 1,
}

/// <summary>What a request that uses its session meets while the store does not answer.</summary>
public enum SessionFailure
{
    /// <summary>503 with Retry-After. Requests that do not use their session are served.</summary>
    FailClosed = 0,

    /// <summary>A session that is not available (<see cref="Microsoft.AspNetCore.Http.ISession.IsAvailable"/>) and empty; writes throw, unless <see cref="SessionStateOptions.AllowLostWrites"/>.</summary>
    Degrade = 1,
}

/// <summary>How sessions are kept; the plain values are read from the configuration section <c>Graceful:Session</c>. Cookie and idle timeout are those of ASP.NET Core's <c>SessionOptions</c>.</summary>
public sealed class SessionStateOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string SectionName = "Graceful:Session";

    /// <summary>What is read from the store when a session is read. <value>Default: <see cref="SessionLoadMode.Full"/>.</value></summary>
    public SessionLoadMode Load { get; set; }

    /// <summary>What a request meets while the store does not answer. <value>Default: <see cref="SessionFailure.FailClosed"/>.</value></summary>
    public SessionFailure OnUnavailable { get; set; }

    /// <summary>With <see cref="SessionFailure.Degrade"/>: writes that cannot be stored are dropped and counted, and the request is served. <value>Default: false.</value></summary>
    public bool AllowLostWrites { get; set; }

    /// <summary>How long one call to the store may take. A read is sent a second time, and so is a commit, with the same id; that waits half as long. <value>Default: 0.25 seconds.</value></summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(0.25);

    /// <summary>How often the life of a session that is used without being written is prolonged, at most, by each instance. <value>Default: 1 minute.</value></summary>
    public TimeSpan TouchInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long an instance remembers what the cookie of a session says, which is the session's key, so that it is not decrypted for each request. A key of Data Protection that is revoked counts for cookies of
    /// sessions that much longer. Zero: not at all. <value>Default: 1 minute.</value>
    /// </summary>
    public TimeSpan CookieCacheDuration { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest life of a session from its creation on, however much it is used. <value>Default: null, no limit.</value></summary>
    public TimeSpan? AbsoluteTimeout { get; set; }

    /// <summary>The longest entry, in bytes as stored. A longer one is refused when it is set. <value>Default: 65 536.</value></summary>
    public int MaxEntryBytes { get; set; } = 64 * 1024;

    /// <summary>The most that the entries of a session hold together, in bytes, as far as this request has read them. <value>Default: 524 288.</value></summary>
    public int MaxSessionBytes { get; set; } = 512 * 1024;

    /// <summary>The most entries of a session, as far as this request has read them. <value>Default: 256.</value></summary>
    public int MaxEntries { get; set; } = 256;

    /// <summary>
    /// The contract (<c>AddCompatibility</c>) whose active level bounds the versions of the schemas that are written. Not declared or null: the version of the code is written.
    /// <value>Default: <c>session</c>.</value>
    /// </summary>
    public string? Contract { get; set; } = "session";

    internal SessionMove? Move { get; private set; }

    internal Dictionary<string, SessionSchema> Schemas { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Takes over the sessions that ASP.NET Core's own session keeps in the same Redis (<c>AddSession()</c> with <c>AddStackExchangeRedisCache()</c>): nobody is logged out. As long as the active level of
    /// <see cref="Contract"/> is below <paramref name="level"/>, sessions stay there as they are, and instances with and without Graceful share them; from it on, each is moved when it is next read. Without a
    /// declared contract they are moved at once: then no instance without Graceful may run any more.
    /// </summary>
    /// <param name="level">From this level on sessions are moved; at least 1. Declare it when every instance has Graceful.</param>
    /// <param name="instanceName">The <c>InstanceName</c> of <c>AddStackExchangeRedisCache</c>; null or empty for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is below 1.</exception>
    public void MoveFromDistributedSession(int level, string? instanceName = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        Move = new SessionMove(level, instanceName ?? "");
    }

    /// <summary>Says what the entry of a name holds: JSON of a type, with a version.</summary>
    /// <typeparam name="T">The type as the code uses it.</typeparam>
    /// <param name="name">The entry's name.</param>
    /// <param name="version">The version that <typeparamref name="T"/> is, 1 to 65535. With a declared <see cref="Contract"/>, the level from which on it may be written.</param>
    /// <param name="type">How it is written as JSON.</param>
    /// <exception cref="ArgumentException">The name has a schema already, or is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The version is not from 1 to 65535.</exception>
    public SessionSchemaBuilder<T> AddSchema<T>(string name, int version, JsonTypeInfo<T> type)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(type);
        var schema = new SessionSchema<T>(name, SessionSchema.Checked(version), type);
        return Schemas.TryAdd(name, schema) ? new SessionSchemaBuilder<T>(schema) : throw new ArgumentException($"The session entry '{name}' has a schema already.", nameof(name));
    }

    /// <summary>As <see cref="AddSchema{T}(string, int, JsonTypeInfo{T})"/>, written as <see cref="JsonSerializerOptions.Web"/> writes it.</summary>
    /// <typeparam name="T">The type as the code uses it.</typeparam>
    /// <param name="name">The entry's name.</param>
    /// <param name="version">The version that <typeparamref name="T"/> is.</param>
    [RequiresUnreferencedCode("Reads the type by reflection; give a JsonTypeInfo<T> where code is trimmed.")]
    [RequiresDynamicCode("Reads the type by reflection; give a JsonTypeInfo<T> where code is compiled ahead of time.")]
    public SessionSchemaBuilder<T> AddSchema<T>(string name, int version) => AddSchema(name, version, (JsonTypeInfo<T>)JsonSerializerOptions.Web.GetTypeInfo(typeof(T)));
}
