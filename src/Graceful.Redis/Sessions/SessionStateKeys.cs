using System.Text;
using StackExchange.Redis;

namespace Graceful;

/// <summary>
/// Where sessions lie in Redis. <c>gs1</c> is the version of what is written there. There is no hash tag: sessions spread over the slots of a cluster, and each script touches one key.
/// <code>
///   gs1:APP:s:HANDLE   hash   one session (SessionFields); expires with it
///   gs1:APP:u:HASH     zset   a user's sessions: handles by the end of the note, in µs; expires with the last of them. The hash is of the application's and the user's name
/// </code>
/// </summary>
internal sealed class SessionStateKeys
{
    private const string Version = "gs1";
    private readonly string _application;
    private readonly RedisKey _sessions;
    private readonly RedisKey _users;

    public SessionStateKeys(string prefix, string application)
    {
        // A name may hold anything; braces, blanks or the wildcards of an ACL in a key would not be harmless.
        var root = $"{prefix}{Version}:{Uri.EscapeDataString(application)}:";
        _application = application;

        // As bytes, so that the key of a session is put together only on the wire.
        _sessions = Encoding.UTF8.GetBytes(root + "s:");
        _users = Encoding.UTF8.GetBytes(root + "u:");
    }

    public RedisKey Of(SessionHandle session) => ((RedisKey)session.Value).Prepend(_sessions);

    /// <summary>Not the user's name, which may be a person's.</summary>
    public RedisKey Of(string user) => ((RedisKey)SessionHandle.Of($"{_application}\n{user}").Value).Prepend(_users);
}
