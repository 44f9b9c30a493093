using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Graceful;

/// <summary>An entry taken apart. <see cref="Version"/> and <see cref="SchemaHash"/> are 0 without a schema.</summary>
internal readonly record struct DecodedEntry(uint SchemaHash, int Version, ReadOnlyMemory<byte> Payload);

/// <summary>
/// What lies in the store under the name of an entry:
/// <code>
/// byte 0      flags: 1 = has a schema, 2 = the payload is encrypted; any other bit is of a later format
/// bytes 1-4   hash of the schema's name, big-endian      } only with a schema
/// bytes 5-6   version of the schema, big-endian          }
/// the rest    payload: the bytes of ISession.Set, or UTF-8 JSON
/// </code>
/// </summary>
internal sealed class EntryCodec(IDataProtectionProvider protection)
{
    private const byte HasSchema = 1;
    private const byte IsEncrypted = 2;
    private const int SchemaHeader = 7;

    public static byte[] EncodeRaw(ReadOnlySpan<byte> payload)
    {
        var entry = new byte[1 + payload.Length];
        payload.CopyTo(entry.AsSpan(1));
        return entry;
    }

    public byte[] Encode(SessionSchema schema, int version, byte[] json, SessionHandle session)
    {
        var payload = schema.IsEncrypted ? Protector(session, schema.Name).Protect(json) : json;
        var entry = new byte[SchemaHeader + payload.Length];
        entry[0] = schema.IsEncrypted ? (byte)(HasSchema | IsEncrypted) : HasSchema;
        BinaryPrimitives.WriteUInt32BigEndian(entry.AsSpan(1), schema.Hash);
        BinaryPrimitives.WriteUInt16BigEndian(entry.AsSpan(5), (ushort)version);
        payload.CopyTo(entry.AsSpan(SchemaHeader));
        return entry;
    }

    /// <returns>Whether this build understands the entry as far as its payload, and has the key to it.</returns>
    public bool TryDecode(string name, ReadOnlyMemory<byte> entry, SessionHandle session, out DecodedEntry decoded)
    {
        decoded = default;
        if (entry.IsEmpty || (entry.Span[0] & ~(HasSchema | IsEncrypted)) != 0)
        {
            return false;
        }

        var flags = entry.Span[0];
        if ((flags & HasSchema) == 0)
        {
            decoded = new DecodedEntry(0, 0, entry[1..]);
            return (flags & IsEncrypted) == 0;
        }

        if (entry.Length < SchemaHeader)
        {
            return false;
        }

        var payload = entry[SchemaHeader..];
        if ((flags & IsEncrypted) != 0 && !TryUnprotect(name, session, ref payload))
        {
            return false;
        }

        decoded = new DecodedEntry(BinaryPrimitives.ReadUInt32BigEndian(entry.Span[1..]), BinaryPrimitives.ReadUInt16BigEndian(entry.Span[5..]), payload);
        return decoded.Version > 0;
    }

    /// <summary>Without its head, for the place that sessions are moved from.</summary>
    /// <exception cref="InvalidOperationException">It is encrypted.</exception>
    public static ReadOnlyMemory<byte> Bare(string name, ReadOnlyMemory<byte> entry) => (entry.Span[0] & IsEncrypted) == 0
        ? entry[((entry.Span[0] & HasSchema) == 0 ? 1 : SchemaHeader)..]
        : throw new InvalidOperationException($"The session entry '{name}' is encrypted, and others could not read it where ASP.NET Core's own session keeps it.");

    /// <summary>The same entry for a session with another handle. One that cannot be decrypted goes as it is: nobody can read it here or there.</summary>
    public ReadOnlyMemory<byte> Move(string name, ReadOnlyMemory<byte> entry, SessionHandle from, SessionHandle to)
    {
        if (entry.Length < SchemaHeader || (entry.Span[0] & IsEncrypted) == 0)
        {
            return entry;
        }

        var payload = entry[SchemaHeader..];
        if (!TryUnprotect(name, from, ref payload))
        {
            return entry;
        }

        var moved = Protector(to, name).Protect(payload.ToArray());
        return (byte[])[.. entry.Span[..SchemaHeader], .. moved];
    }

    private bool TryUnprotect(string name, SessionHandle session, ref ReadOnlyMemory<byte> payload)
    {
        try
        {
            payload = Protector(session, name).Unprotect(payload.ToArray());
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private IDataProtector Protector(SessionHandle session, string name) => protection.CreateProtector("Graceful.Session", session.Value, name);
}
