using System.Buffers.Text;
using System.Globalization;
using StackExchange.Redis;

namespace Graceful;

/// <summary>
/// The fields of a session's hash. An entry's value is its revision in 8 lower-case hex digits, then its bytes; its field is its name, with one more <c>!</c> in front of a name that begins with one.
/// Reserved are the fields that begin with a single <c>!</c>; one that is not known here is of a later version, and left alone.
/// <code>
///   !r   the revision of the session: decimal
///   !g   the generation: decimal, from 1
///   !t   when it was created: µs since 1970, by Redis' clock
///   !k   when it was last cleared: likewise; absent when never
///   !c   its last commits, newest first: ID REVISION GENERATION for each, separated by blanks
///   !x   it has ended; then there are no other fields
/// </code>
/// </summary>
internal static class SessionFields
{
    public const string Revision = "!r";
    public const string Generation = "!g";
    public const string Created = "!t";
    public const string Ended = "!x";

    /// <summary>How many reserved fields a session has that was never cleared.</summary>
    public const int Usual = 4;

    /// <summary>Of an entry's revision.</summary>
    public const int Digits = 8;

    private const char Mark = '!';

    public static RedisValue Of(string name) => name[0] == Mark ? Mark + name : name;

    public static bool IsReserved(RedisValue field) => (field.StartsWith("!"u8) && !field.StartsWith("!!"u8)) || field.GetByteCount() == 0;

    /// <summary>Without bytes of its own for a short name, which a value keeps in itself.</summary>
    public static bool Is(RedisValue field, ReadOnlySpan<byte> name) => field.GetByteCount() == name.Length && field.StartsWith(name);

    public static string NameOf(string field) => field[0] == Mark ? field[1..] : field;

    public static bool TryReadEntry(RedisValue value, out SessionEntry entry)
    {
        var bytes = (ReadOnlyMemory<byte>)value;
        entry = default;
        if (bytes.Length < Digits)
        {
            return false;
        }

        var digits = bytes.Span[..Digits];
        if (digits.ContainsAnyInRange((byte)'A', (byte)'F') || !Utf8Parser.TryParse(digits, out uint revision, out var read, 'x') || read != Digits || revision == 0)
        {
            return false;
        }

        entry = new SessionEntry(revision, bytes[Digits..]);
        return true;
    }

    public static bool TryReadNumber(RedisValue value, out long number)
    {
        number = 0;
        return !value.IsNull && Utf8Parser.TryParse(((ReadOnlyMemory<byte>)value).Span, out number, out var read) && read == value.Length() && number >= 0;
    }

    /// <summary>The answer of <see cref="SessionScripts.Commit"/>: three numbers.</summary>
    public static SessionCommitResult? ReadAnswer(string answer)
    {
        Span<Range> parts = stackalloc Range[3];
        var text = answer.AsSpan();
        if (text.Split(parts, ' ') != parts.Length)
        {
            throw new FormatException("The answer to a commit is not three numbers.");
        }

        var outcome = int.Parse(text[parts[0]], NumberStyles.None, CultureInfo.InvariantCulture);
        return outcome > (int)SessionCommitOutcome.Ended
            ? null
            : new SessionCommitResult(
                (SessionCommitOutcome)outcome, long.Parse(text[parts[1]], NumberStyles.None, CultureInfo.InvariantCulture), long.Parse(text[parts[2]], NumberStyles.None, CultureInfo.InvariantCulture));
    }
}
