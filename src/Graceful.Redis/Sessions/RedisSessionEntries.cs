using System.Collections;
using System.Text;
using StackExchange.Redis;

namespace Graceful;

/// <summary>
/// The entries of a whole session, as they arrived: most requests ask for one or two of them, and neither a dictionary of all nor a string for each name is made for that. Whoever asks for more gets the
/// dictionary.
/// </summary>
internal sealed class RedisSessionEntries(HashEntry[] fields) : IReadOnlyDictionary<string, SessionEntry>
{
    /// <summary>So many are found by looking through the fields.</summary>
    private const int Looks = 4;

    private const int LongestOnStack = 256;

    private Dictionary<string, SessionEntry>? _all;
    private int _looks;

    public int Count => All.Count;

    public IEnumerable<string> Keys => All.Keys;

    /// <summary>Without their names, for who only measures them.</summary>
    public IEnumerable<SessionEntry> Values => _all?.Values ?? Measured();

    private Dictionary<string, SessionEntry> All => _all ??= Gather();

    public SessionEntry this[string key] => TryGetValue(key, out var entry) ? entry : throw new KeyNotFoundException($"The session has no entry '{key}'.");

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, out SessionEntry value)
    {
        ArgumentNullException.ThrowIfNull(key);
        value = default;
        return key.Length > 0 && (_all is null && _looks++ < Looks ? TryFind(SessionFields.Of(key)!, out value) : All.TryGetValue(key, out value));
    }

    public IEnumerator<KeyValuePair<string, SessionEntry>> GetEnumerator() => All.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IEnumerable<SessionEntry> Measured()
    {
        foreach (var field in fields)
        {
            if (!SessionFields.IsReserved(field.Name) && SessionFields.TryReadEntry(field.Value, out var entry))
            {
                yield return entry;
            }
        }
    }

    private bool TryFind(string field, out SessionEntry entry)
    {
        var most = Encoding.UTF8.GetMaxByteCount(field.Length);
        var buffer = most <= LongestOnStack ? stackalloc byte[LongestOnStack] : new byte[most];
        var name = buffer[..Encoding.UTF8.GetBytes(field, buffer)];
        foreach (var candidate in fields)
        {
            if (SessionFields.Is(candidate.Name, name))
            {
                return SessionFields.TryReadEntry(candidate.Value, out entry);
            }
        }

        entry = default;
        return false;
    }

    private Dictionary<string, SessionEntry> Gather()
    {
        var all = new Dictionary<string, SessionEntry>(Math.Max(fields.Length - SessionFields.Usual, 0), StringComparer.Ordinal);
        foreach (var field in fields)
        {
            if (!SessionFields.IsReserved(field.Name) && SessionFields.TryReadEntry(field.Value, out var entry))
            {
                // The first, as above, where damaged names look alike.
                all.TryAdd(SessionFields.NameOf(field.Name!), entry);
            }
        }

        return all;
    }
}
