using StackExchange.Redis;

namespace Graceful;

/// <summary>Says in a line what went wrong, in words that hold no secret: the client's and the server's own texts are not passed on.</summary>
internal static class RedisFailure
{
    /// <summary>What a server's error begins with, and what it means to whoever is called at night.</summary>
    private static readonly (string Code, string Meaning)[] Codes =
    [
        ("NOPERM", "the Redis user lacks a permission; the commands, keys and channel it needs are listed in docs/redis.md"),
        ("NOAUTH", "Redis wants a password"),
        ("WRONGPASS", "Redis refuses the user or the password"),
        ("OOM", "Redis is out of memory (maxmemory) and evicts nothing"),
        ("READONLY", "the server is a read-only replica; a failover may be under way"),
        ("LOADING", "Redis is still loading its data"),
        ("MASTERDOWN", "the replica has lost its primary"),
        ("CLUSTERDOWN", "the cluster does not serve the slot"),
        ("BUSY", "another script keeps Redis busy"),
        ("NOREPLICAS", "Redis has too few replicas to write (min-replicas-to-write)"),
        ("MISCONF", "Redis cannot save to disk and refuses writes"),
        ("CROSSSLOT", "the keys lie in several slots of the cluster"),
        ("WRONGTYPE", "a key of the fleet holds something else"),
    ];

    /// <summary>How servers say it of a command in a script: Redis 7.0, and later ones (which go on to name the user).</summary>
    private static readonly string[] DeniedInScript = ["The user executing the script can't", "ACL failure in script"];

    public static RedisStoreException Explain(string operation, Exception exception) => new($"{operation}: {Meaning(exception)}.");

    public static string Meaning(Exception exception) => exception switch
    {
        RedisServerException server => OfServer(server.Message),
        RedisConnectionException connection => OfConnection(Innermost(connection)),
        RedisTimeoutException or TimeoutException => "Redis did not answer in time; whether it did what it was asked is not known",
        RedisCommandException => "the connection does not allow the command",
        ObjectDisposedException => "the connection has been disposed",
        _ => $"the connection failed ({exception.GetType().Name})",
    };

    /// <summary>The code of a server's error. Garnet writes "ERR " before the errors of scripts.</summary>
    public static bool Is(this RedisServerException exception, string code) => HasCode(exception.Message, code);

    private static string OfServer(string message)
    {
        if (DeniedInScript.Any(d => message.Contains(d, StringComparison.Ordinal)))
        {
            message = Codes[0].Code;
        }

        foreach (var (code, meaning) in Codes)
        {
            if (HasCode(message, code))
            {
                return $"{meaning} ({code})";
            }
        }

        return "Redis refused the command";
    }

    /// <summary>That there is no connection is said by the outer one, why by the inner.</summary>
    private static ConnectionFailureType Innermost(RedisConnectionException exception) =>
        exception.InnerException is RedisConnectionException inner ? Innermost(inner) : exception.FailureType;

    private static string OfConnection(ConnectionFailureType failure) => failure switch
    {
        ConnectionFailureType.AuthenticationFailure => "Redis refuses the user or the password",
        ConnectionFailureType.ProtocolFailure => "Redis refuses the client's greeting (ProtocolFailure); perhaps the user lacks a permission, see docs/redis.md",
        _ => $"no connection to Redis ({failure})",
    };

    private static bool HasCode(string message, string code)
    {
        var text = message.StartsWith("ERR ", StringComparison.Ordinal) ? message.AsSpan(4) : message;
        return text.StartsWith(code, StringComparison.Ordinal) && (text.Length == code.Length || !char.IsAsciiLetter(text[code.Length]));
    }
}
