using System.Collections.ObjectModel;
using StackExchange.Redis;

namespace Graceful;

/// <summary>What comes back from Redis, as a session. An entry's bytes are those that arrived, not a copy.</summary>
internal static class SessionReading
{
    private const string NotASession = "The store of sessions holds something else under the key of a session, or one that was damaged; it was left as it is.";

    private static readonly RedisValue[] Head = [SessionFields.Revision, SessionFields.Generation, SessionFields.Created, SessionFields.Ended];

    /// <summary>What to ask for: what every session has, then the entries that are wanted.</summary>
    public static RedisValue[] Fields(IReadOnlyCollection<string> names)
    {
        var fields = new RedisValue[Head.Length + names.Count];
        Head.CopyTo(fields, 0);
        var next = Head.Length;
        foreach (var name in names)
        {
            SessionArguments.Check(name, nameof(names));
            fields[next++] = SessionFields.Of(name);
        }

        return fields;
    }

    /// <summary>From the values of <see cref="Fields"/>.</summary>
    public static SessionState Read(IReadOnlyCollection<string> names, RedisValue[] values, DateTimeOffset now)
    {
        var entries = new Dictionary<string, SessionEntry>(names.Count, StringComparer.Ordinal);
        List<string>? malformed = null;
        var next = Head.Length;
        foreach (var name in names)
        {
            var value = values[next++];
            if (SessionFields.TryReadEntry(value, out var entry))
            {
                entries[name] = entry;
            }
            else if (!value.IsNull)
            {
                (malformed ??= []).Add(name);
            }
        }

        return State(values[0], values[1], values[2], values[3], entries.Count > 0 ? entries : null, malformed, now);
    }

    /// <summary>From all there is.</summary>
    public static SessionState Read(HashEntry[] fields, DateTimeOffset now)
    {
        RedisValue revision = default, generation = default, created = default, ended = default;
        List<string>? malformed = null;
        var hasEntries = false;
        foreach (var field in fields)
        {
            if (!SessionFields.IsReserved(field.Name))
            {
                hasEntries = true;
                if (!SessionFields.TryReadEntry(field.Value, out _))
                {
                    (malformed ??= []).Add(SessionFields.NameOf(field.Name!));
                }
            }
            else if (SessionFields.Is(field.Name, "!r"u8))
            {
                revision = field.Value;
            }
            else if (SessionFields.Is(field.Name, "!g"u8))
            {
                generation = field.Value;
            }
            else if (SessionFields.Is(field.Name, "!t"u8))
            {
                created = field.Value;
            }
            else if (SessionFields.Is(field.Name, "!x"u8))
            {
                ended = field.Value;
            }
        }

        return State(revision, generation, created, ended, hasEntries ? new RedisSessionEntries(fields) : null, malformed, now);
    }

    /// <exception cref="SessionStoreException">What lies there is not a session, or has no revisions left.</exception>
    public static SessionCommitResult Answer(string answer) => SessionFields.ReadAnswer(answer) ?? throw new SessionStoreException(
        answer[0] - '0' == SessionScripts.Exhausted ? "The store of sessions took no commit: the session has had as many as can be counted, and takes no more." : NotASession);

    private static SessionState State(
        RedisValue revision, RedisValue generation, RedisValue created, RedisValue ended, IReadOnlyDictionary<string, SessionEntry>? entries, IReadOnlyCollection<string>? malformed, DateTimeOffset now)
    {
        if (!ended.IsNull)
        {
            return new SessionState { HasEnded = true };
        }

        if (revision.IsNull && generation.IsNull && created.IsNull && entries is null && malformed is null)
        {
            return new SessionState();
        }

        if (!SessionFields.TryReadNumber(revision, out var number) || !SessionFields.TryReadNumber(generation, out var times) || !SessionFields.TryReadNumber(created, out var born))
        {
            throw new SessionStoreException(NotASession);
        }

        var age = now - Microseconds.ToTime(born);
        return new SessionState
        {
            Exists = true,
            Revision = number,
            Generation = times,
            Age = age > TimeSpan.Zero ? age : TimeSpan.Zero,
            Entries = entries ?? ReadOnlyDictionary<string, SessionEntry>.Empty,
            Malformed = malformed ?? (IReadOnlyCollection<string>)[],
        };
    }
}
