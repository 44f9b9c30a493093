namespace Graceful;

/// <summary>Makes what a commit writes and removes of what is pending, with schemas at the versions that may be written now.</summary>
internal readonly struct CommitEncoder(SessionParts parts, SessionDocument document, SessionHandle session, int level, bool bare = false)
{
    public (IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Set, IReadOnlyCollection<string> Remove) Encode()
    {
        var set = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        List<string>? remove = null;
        foreach (var (name, pending) in document.Pending)
        {
            if (pending.Bytes is null)
            {
                (remove ??= []).Add(name);
            }
            else
            {
                set[name] = pending.Schema is { } schema ? Encode(schema, pending.Bytes) : pending.Bytes;
            }
        }

        return (set, remove ?? (IReadOnlyCollection<string>)[]);
    }

    private byte[] Encode(SessionSchema schema, byte[] json)
    {
        var version = bare ? schema.WrittenBareAt(level) : schema.WrittenAt(level);
        var written = schema.Downcast(json, version);
        if (document.TryFindStored(schema.Name, out var stored) && parts.Codec.TryDecode(schema.Name, stored.Data, session, out var before) && schema.TypeOf(before.Version) is { } type)
        {
            written = UnknownMembers.Keep(before.Payload, type, written, schema.TypeOf(version)!);
        }

        return parts.Codec.Encode(schema, version, written, session);
    }
}
