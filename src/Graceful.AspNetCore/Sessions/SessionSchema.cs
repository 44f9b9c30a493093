using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Graceful;

/// <summary>What an entry of a name holds.</summary>
internal abstract class SessionSchema(string name, int version)
{
    public string Name { get; } = name;

    /// <summary>The version of the code.</summary>
    public int Version { get; } = version;

    public bool IsEncrypted { get; set; }

    /// <summary>Tells an entry of this schema from one that another schema of the same name wrote.</summary>
    public uint Hash { get; } = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    public static int Checked(int version) => version is >= 1 and <= ushort.MaxValue ? version : throw new ArgumentOutOfRangeException(nameof(version), version, "A version is from 1 to 65535.");

    /// <summary>The highest version that may be written at a level.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public abstract int WrittenAt(int level);

    public abstract int LowestWritten { get; }

    /// <summary>The lowest version that is read: what an entry without a head is.</summary>
    public abstract int Bare { get; }

    public abstract bool WritesBare { get; }

    /// <summary>As <see cref="WrittenAt"/>, without a head: that is always <see cref="Bare"/>.</summary>
    /// <exception cref="InvalidOperationException">It may not be written, or cannot be.</exception>
    public int WrittenBareAt(int level) => Bare <= WrittenAt(level) && WritesBare ? Bare : throw new InvalidOperationException(
        $"The session entry '{Name}' cannot be written where ASP.NET Core's own session keeps it: there it is of version {Bare}, the lowest that this build reads, which it does not write at level {level}.");

    /// <summary>Makes the JSON of <paramref name="version"/> of the JSON of the code's version.</summary>
    public abstract byte[] Downcast(byte[] json, int version);

    public abstract bool Reads(int version);

    /// <summary>Whether the payload is of the version that it says.</summary>
    public abstract bool TryParse(DecodedEntry entry);

    public abstract JsonTypeInfo? TypeOf(int version);
}

internal sealed class SessionSchema<T>(string name, int version, JsonTypeInfo<T> type) : SessionSchema(name, version)
{
    private readonly Dictionary<int, Reader> _readers = [];
    private readonly SortedDictionary<int, Writer> _writers = [];

    public void AddReader(int version, Reader reader)
    {
        if (version == Version || !_readers.TryAdd(version, reader))
        {
            throw new ArgumentException($"Version {version} of the session entry '{Name}' is read already.", nameof(version));
        }
    }

    public void AddWriter(int version, Writer writer)
    {
        if (version >= Version || !_writers.TryAdd(version, writer))
        {
            throw new ArgumentException($"Version {version} of the session entry '{Name}' is not below {Version}, or is written already.", nameof(version));
        }
    }

    public byte[] Write(T value) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    /// <exception cref="JsonException">It is not JSON of that version.</exception>
    public T? Read(ReadOnlySpan<byte> json, int version) => version == Version ? JsonSerializer.Deserialize(json, type) : _readers[version].Read(json);

    public override int LowestWritten => _writers.Count > 0 ? _writers.Keys.First() : Version;

    public override int Bare => _readers.Keys.Append(Version).Min();

    public override bool WritesBare => Bare == Version || _writers.ContainsKey(Bare);

    public override bool Reads(int version) => version == Version || _readers.ContainsKey(version);

    public override bool TryParse(DecodedEntry entry)
    {
        try
        {
            Read(entry.Payload.Span, entry.Version);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public override int WrittenAt(int level)
    {
        if (level >= Version)
        {
            return Version;
        }

        var version = _writers.Keys.LastOrDefault(v => v <= level);
        return version > 0 ? version : throw new InvalidOperationException(
            $"The session entry '{Name}' cannot be written: the active level is {level}, and of its versions the lowest that this build writes is {LowestWritten}.");
    }

    public override byte[] Downcast(byte[] json, int version) => version == Version ? json : _writers[version].Write(Read(json, Version)!);

    public override JsonTypeInfo? TypeOf(int version) =>
        version == Version ? type : _writers.GetValueOrDefault(version)?.Type ?? _readers.GetValueOrDefault(version)?.Type;

    internal abstract class Reader
    {
        public abstract JsonTypeInfo Type { get; }

        public abstract T? Read(ReadOnlySpan<byte> json);
    }

    internal sealed class Reader<TOld>(JsonTypeInfo<TOld> type, Func<TOld, T> convert) : Reader
    {
        public override JsonTypeInfo Type => type;

        public override T? Read(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, type) is { } old ? convert(old) : default;
    }

    internal abstract class Writer
    {
        public abstract JsonTypeInfo Type { get; }

        public abstract byte[] Write(T value);
    }

    internal sealed class Writer<TOld>(JsonTypeInfo<TOld> type, Func<T, TOld> convert) : Writer
    {
        public override JsonTypeInfo Type => type;

        public override byte[] Write(T value) => JsonSerializer.SerializeToUtf8Bytes(convert(value), type);
    }
}
