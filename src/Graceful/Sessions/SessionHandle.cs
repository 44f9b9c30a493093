using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Graceful;

/// <summary>
/// What a session is known by outside the browser's cookie: the first 22 characters of the base64url of its key's SHA-256. The key cannot be found from it, so it may stand in key names, logs and lists.
/// </summary>
public readonly record struct SessionHandle
{
    /// <summary>The number of characters.</summary>
    public const int Length = 22;

    private readonly string? _value;

    private SessionHandle(string value) => _value = value;

    /// <summary>The characters; empty for the default value.</summary>
    public string Value => _value ?? "";

    /// <summary>The handle of a session key.</summary>
    public static SessionHandle Of(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var bytes = Encoding.UTF8.GetByteCount(key) is var count && count <= 256 ? stackalloc byte[count] : new byte[count];
        Encoding.UTF8.GetBytes(key, bytes);
        SHA256.HashData(bytes, hash);
        Span<char> text = stackalloc char[Base64Url.GetEncodedLength(hash.Length)];
        Base64Url.EncodeToChars(hash, text);
        return new SessionHandle(text[..Length].ToString());
    }

    /// <summary>Reads what <see cref="Value"/> wrote.</summary>
    /// <returns>Whether the text is a handle.</returns>
    public static bool TryParse(string? text, out SessionHandle handle)
    {
        var isHandle = text is { Length: Length } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
        handle = isHandle ? new SessionHandle(text!) : default;
        return isHandle;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}
