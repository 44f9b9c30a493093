using System.Security.Cryptography;
using System.Text;

namespace Graceful;

/// <summary>One script, in the two forms in which servers take it, and the names by which they remember it.</summary>
/// <remarks>
/// With flags: runs although <c>maxmemory</c> is reached (Redis 7 and later), so that a store of sessions that is full does not isolate the fleet. Plain: for servers that do not know flags,
/// and for scripts that a full server is to refuse. Such a script must write first with a command that needs memory: what follows a first write is not refused any more.
/// </remarks>
internal sealed class RedisScript(string operation, string text, bool allowOom = true)
{
    private const string Flags = "#!lua flags=allow-oom\n";

    /// <summary>What it does, for errors.</summary>
    public string Operation => operation;

    public RedisScriptForm Plain { get; } = RedisScriptForm.Of(text);

    /// <summary>The plain form when a full server is to refuse it.</summary>
    public RedisScriptForm Flagged { get; } = RedisScriptForm.Of(allowOom ? Flags + text : text);
}

internal sealed record RedisScriptForm(string Text, byte[] Name)
{
    public string Hash => Convert.ToHexStringLower(Name);

    // SHA-1 is what the protocol names scripts by; nothing is secured with it.
    public static RedisScriptForm Of(string text) => new(text, Sha1(text));

    private static byte[] Sha1(string text)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        return hash.GetHashAndReset();
    }
}
