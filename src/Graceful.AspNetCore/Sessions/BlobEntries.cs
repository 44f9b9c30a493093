using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Graceful;

/// <summary>
/// The entries of a session in the old place, as the store of entries would hold them. There they are bare: the bytes of <c>ISession.Set</c>, and for a name with a schema its JSON without a head, always
/// of the lowest version that the schema reads.
/// </summary>
internal sealed class BlobEntries(SessionStateOptions options, EntryCodec codec)
{
    /// <summary>Such a revision is above all that the store of entries gives: whoever expects one there meets a conflict.</summary>
    private const long Marked = 1L << 62;

    /// <summary>One, as a session has in the store of entries before it is cleared.</summary>
    public const long Generation = 1;

    public SessionState Read(SessionHandle session, ReadOnlyMemory<byte> data, DistributedSessionFormat format, IReadOnlyCollection<string>? names) => new()
    {
        Exists = true,
        Revision = RevisionOf(data.Span),
        Generation = Generation,
        Entries = (names ?? format.Entries.Keys).Where(format.Entries.ContainsKey).ToDictionary(
            n => n, n => new SessionEntry(RevisionOf(format.Entries[n].Span), Dress(session, n, format.Entries[n])), StringComparer.Ordinal),
    };

    /// <summary>For the store of entries, which takes no empty name.</summary>
    public Dictionary<string, ReadOnlyMemory<byte>> Dress(SessionHandle session, DistributedSessionFormat format) =>
        format.Entries.Where(e => e.Key.Length > 0).ToDictionary(e => e.Key, e => Dress(session, e.Key, e.Value), StringComparer.Ordinal);

    /// <summary>Writes a commit into a session.</summary>
    /// <returns>False when an entry has another revision than the commit expects.</returns>
    public static bool TryApply(SessionCommit commit, DistributedSessionFormat format)
    {
        foreach (var (name, revision) in commit.Expect)
        {
            if ((format.Entries.TryGetValue(name, out var bare) ? RevisionOf(bare.Span) : 0) != revision)
            {
                return false;
            }
        }

        if (commit.Clear)
        {
            format.Entries.Clear();
        }

        foreach (var name in commit.Remove)
        {
            format.Entries.Remove(name);
        }

        foreach (var (name, entry) in commit.Set)
        {
            format.Entries[name] = EntryCodec.Bare(name, entry);
        }

        return true;
    }

    /// <summary>Of what it holds: who reads the same has the same.</summary>
    public static long RevisionOf(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(data, hash);
        return Marked | (BinaryPrimitives.ReadInt64BigEndian(hash) & (Marked - 1));
    }

    private ReadOnlyMemory<byte> Dress(SessionHandle session, string name, ReadOnlyMemory<byte> bare) =>
        options.Schemas.TryGetValue(name, out var schema) ? codec.Encode(schema, schema.Bare, bare.ToArray(), session) : EntryCodec.EncodeRaw(bare.Span);
}
