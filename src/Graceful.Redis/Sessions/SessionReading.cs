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
        var entries = new Entries(names.Count);
        var next = Head.Length;
        foreach (var name in names)
        {
            var value = values[next++];
            if (!value.IsNull)
            {
                entries.Add(name, value);
            }
        }

        return State(values[0], values[1], values[2], values[3], entries, now);
    }

    /// <summary>From all there is.</summary>
    public static SessionState Read(HashEntry[] fields, DateTimeOffset now)
    {
        RedisValue revision = default, generation = default, created = default, ended = default;
        // Without what every session has beside its entries.
        var entries = new Entries(Math.Max(fields.Length - SessionFields.Usual, 0));
        foreach (var field in fields)
        {
            var name = (string)field.Name!;
            if (!SessionFields.IsReserved(name))
            {
                entries.Add(SessionFields.NameOf(name), field.Value);
                continue;
            }

            switch (name)
            {
                case SessionFields.Revision:
                    revision = field.Value;
                    break;
                case SessionFields.Generation:
                    generation = field.Value;
                    break;
                case SessionFields.Created:
                    created = field.Value;
                    break;
                case SessionFields.Ended:
                    ended = field.Value;
                    break;
            }
        }

        return State(revision, generation, created, ended, entries, now);
    }

    /// <exception cref="SessionStoreException">What lies there is not a session, or has no revisions left.</exception>
    public static SessionCommitResult Answer(string answer) => SessionFields.ReadAnswer(answer) ?? throw new SessionStoreException(
        answer[0] - '0' == SessionScripts.Exhausted ? "The store of sessions took no commit: the session has had as many as can be counted, and takes no more." : NotASession);

    private static SessionState State(RedisValue revision, RedisValue generation, RedisValue created, RedisValue ended, Entries entries, DateTimeOffset now)
    {
        if (!ended.IsNull)
        {
            return new SessionState { HasEnded = true };
        }

        if (revision.IsNull && generation.IsNull && created.IsNull && entries.IsEmpty)
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
            Entries = entries.Read,
            Malformed = entries.Malformed,
        };
    }

    private struct Entries(int capacity)
    {
        private List<string>? _malformed;

        public Dictionary<string, SessionEntry> Read { get; } = new(capacity);

        public readonly IReadOnlyCollection<string> Malformed => _malformed is null ? [] : _malformed;

        public readonly bool IsEmpty => Read.Count == 0 && _malformed is null;

        public void Add(string name, RedisValue value)
        {
            if (SessionFields.TryReadEntry(value, out var entry))
            {
                Read[name] = entry;
            }
            else
            {
                (_malformed ??= []).Add(name);
            }
        }
    }
}
