using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Graceful;

/// <summary>A session as ASP.NET Core's own session stores it, all in one value. Numbers are big-endian.</summary>
/// <remarks>
/// <code>
/// byte 0       revision: 2
/// bytes 1-3    number of entries
/// bytes 4-19   the id that ISession.Id shows there, kept as it is
/// per entry    2 bytes: length of the name · the name as UTF-8 · 4 bytes: length of the value · the value
/// </code>
/// </remarks>
internal sealed class DistributedSessionFormat
{
    private const byte FormatRevision = 2;
    private const int IdLength = 16;
    private const int Head = 1 + 3 + IdLength;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _id;

    private DistributedSessionFormat(byte[] id) => _id = id;

    /// <summary>By name, in the order in which they lie there.</summary>
    public OrderedDictionary<string, ReadOnlyMemory<byte>> Entries { get; } = new(StringComparer.Ordinal);

    public static DistributedSessionFormat Empty() => new(RandomNumberGenerator.GetBytes(IdLength));

    /// <returns>False for anything that ASP.NET Core's session would not have written, byte for byte: it is of a later format, or damaged.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> data, out DistributedSessionFormat session)
    {
        session = null!;
        if (data.Length < Head || data.Span[0] != FormatRevision)
        {
            return false;
        }

        var read = new DistributedSessionFormat(data.Slice(4, IdLength).ToArray());
        var count = BinaryPrimitives.ReadUInt16BigEndian(data.Span[2..]) | (data.Span[1] << 16);
        var rest = data[Head..];
        for (var i = 0; i < count; i++)
        {
            if (!TryTake(ref rest, 2, out var name) || !TryTake(ref rest, 4, out var value) || !TryDecode(name.Span, out var text) || !read.Entries.TryAdd(text, value))
            {
                return false;
            }
        }

        session = read;
        return rest.IsEmpty;
    }

    /// <exception cref="InvalidOperationException">The format has no room for a name or for so many entries.</exception>
    public byte[] Write()
    {
        var names = Entries.Keys.Select(Encoding.UTF8.GetBytes).ToArray();
        if (names.Length > 0xFFFFFF || names.Any(n => n.Length > ushort.MaxValue))
        {
            throw new InvalidOperationException($"A session entry's name has at most {ushort.MaxValue} bytes, as long as the session lies where ASP.NET Core's own session keeps it.");
        }

        var data = new byte[Head + names.Sum(n => 2 + n.Length) + Entries.Values.Sum(v => 4 + v.Length)];
        BinaryPrimitives.WriteInt32BigEndian(data, names.Length);
        data[0] = FormatRevision;
        _id.CopyTo(data, 4);
        var at = data.AsSpan(Head);
        var next = 0;
        foreach (var value in Entries.Values)
        {
            var name = names[next++];
            BinaryPrimitives.WriteUInt16BigEndian(at, (ushort)name.Length);
            name.CopyTo(at[2..]);
            at = at[(2 + name.Length)..];
            BinaryPrimitives.WriteInt32BigEndian(at, value.Length);
            value.Span.CopyTo(at[4..]);
            at = at[(4 + value.Length)..];
        }

        return data;
    }

    private static bool TryTake(ref ReadOnlyMemory<byte> rest, int digits, out ReadOnlyMemory<byte> taken)
    {
        taken = default;
        if (rest.Length < digits)
        {
            return false;
        }

        var length = digits == 2 ? BinaryPrimitives.ReadUInt16BigEndian(rest.Span) : BinaryPrimitives.ReadInt32BigEndian(rest.Span);
        rest = rest[digits..];
        if (length < 0 || length > rest.Length)
        {
            return false;
        }

        taken = rest[..length];
        rest = rest[length..];
        return true;
    }

    private static bool TryDecode(ReadOnlySpan<byte> name, out string text)
    {
        try
        {
            text = Utf8.GetString(name);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }
}
