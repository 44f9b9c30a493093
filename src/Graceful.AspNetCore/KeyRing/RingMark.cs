using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace Graceful;

/// <summary>
/// An element of Graceful's own in the ring: the hash of the application's name under which its keys are used. Keys of one ring under two names do not open each other's cookies.
/// </summary>
internal static class RingMark
{
    private const string Name = "graceful-application";
    private const string KeyPrefix = "key-";
    private const int Length = 16;

    public static KeyRingElement Of(string application) => new(Name, Hash(application));

    public static bool IsOfDataProtection(KeyRingElement element) => element.Name != Name;

    /// <summary>Data Protection marks what is to be encrypted, and takes the mark away when it has done so.</summary>
    public static bool IsUnprotected(KeyRingElement element) => element.Content.Contains("requiresEncryption", StringComparison.Ordinal);

    /// <summary>Names a ring for people who compare logs: of the application and the names of the keys, which are not secret.</summary>
    public static string Hash(string application, IEnumerable<KeyRingElement> elements) =>
        Hash($"{application}\n{string.Join('\n', elements.Where(IsOfDataProtection).Select(e => e.Name).Order(StringComparer.Ordinal))}");

    /// <summary>Names a ring for other instances, wherever each keeps it: of the application and the keys, also those that were revoked.</summary>
    public static string Identity(string application, IEnumerable<string> keys) =>
        Hash($"{application}\n{string.Join('\n', keys.Where(k => k.StartsWith(KeyPrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))}");

    /// <summary>As Data Protection calls it where it stores it.</summary>
    public static string NameOf(IKey key) => $"{KeyPrefix}{key.KeyId:D}";

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..Length];
}
