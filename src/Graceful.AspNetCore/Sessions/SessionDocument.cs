namespace Graceful;

/// <summary>What a request writes under a name: bytes, JSON of a schema's current version, or nothing any more.</summary>
internal readonly record struct PendingEntry(SessionSchema? Schema, byte[]? Bytes);

/// <summary>A session as this request sees it: what it has read, and what it has written on top and not stored yet. Not thread-safe, as a request is not.</summary>
internal sealed class SessionDocument
{
    private static readonly SessionState Empty = new();
    private Dictionary<string, SessionEntry> _entries = [];
    private Dictionary<string, PendingEntry> _pending = [];
    private HashSet<string>? _known;
    private bool _knowsAll;

    /// <summary>What was read last; null when nothing was.</summary>
    public SessionState? State { get; private set; }

    public IReadOnlyDictionary<string, PendingEntry> Pending => _pending;

    public IReadOnlyDictionary<string, SessionEntry> Entries => _entries;

    public bool IsCleared { get; private set; }

    public bool IsDirty => IsCleared || _pending.Count > 0;

    public bool KnowsAll => _knowsAll || IsCleared;

    public bool Knows(string name) => KnowsAll || _pending.ContainsKey(name) || _known?.Contains(name) == true;

    /// <summary>Entries with a schema that are to be replaced, and were never read; null when there are none.</summary>
    public List<string>? Unseen()
    {
        List<string>? unseen = null;
        if (!KnowsAll)
        {
            foreach (var (name, pending) in _pending)
            {
                if (pending is { Schema: not null, Bytes: not null } && _known?.Contains(name) != true)
                {
                    (unseen ??= []).Add(name);
                }
            }
        }

        return unseen;
    }

    /// <param name="state">What was read.</param>
    /// <param name="names">What was asked for; null for everything.</param>
    public void Accept(SessionState state, IReadOnlyCollection<string>? names)
    {
        if (names is null || State is null || State.Revision != state.Revision || State.Generation != state.Generation)
        {
            // The session has moved on: what was read before belongs to another state.
            _entries = new Dictionary<string, SessionEntry>(state.Entries, StringComparer.Ordinal);
            _known = names is null ? null : [.. names];
        }
        else
        {
            foreach (var (name, entry) in state.Entries)
            {
                _entries[name] = entry;
            }

            _known!.UnionWith(names);
        }

        _knowsAll = names is null;
        State = state;
    }

    public void AcceptEmpty() => Accept(Empty, null);

    public bool TryFindPending(string name, out PendingEntry pending) => _pending.TryGetValue(name, out pending);

    /// <summary>The stored entry, as far as this request has neither removed nor replaced it.</summary>
    public bool TryFindStored(string name, out SessionEntry entry)
    {
        entry = default;
        return !IsCleared && _entries.TryGetValue(name, out entry);
    }

    public IEnumerable<string> Names()
    {
        var stored = IsCleared ? [] : _entries.Keys.Where(n => !_pending.ContainsKey(n));
        return stored.Concat(_pending.Where(p => p.Value.Bytes is not null).Select(p => p.Key));
    }

    /// <summary>Bytes and number of the entries as far as they are known, without one.</summary>
    public (int Bytes, int Count) SizeWithout(string name)
    {
        var (bytes, count) = (0, 0);
        foreach (var (other, pending) in _pending)
        {
            if (pending.Bytes is not null && other != name)
            {
                (bytes, count) = (bytes + pending.Bytes.Length, count + 1);
            }
        }

        if (!IsCleared)
        {
            foreach (var (other, entry) in _entries)
            {
                if (other != name && !_pending.ContainsKey(other))
                {
                    (bytes, count) = (bytes + entry.Data.Length, count + 1);
                }
            }
        }

        return (bytes, count);
    }

    public void Set(string name, PendingEntry entry) => _pending[name] = entry;

    public void Remove(string name)
    {
        if (KnowsAll && !(!IsCleared && _entries.ContainsKey(name)))
        {
            _pending.Remove(name);
        }
        else
        {
            _pending[name] = new PendingEntry(null, null);
        }
    }

    /// <summary>What is pending for a name does not count any more.</summary>
    public void Forget(string name) => _pending.Remove(name);

    /// <param name="exists">Whether there may be anything in the store to clear.</param>
    public void Clear(bool exists)
    {
        _pending.Clear();
        IsCleared = exists;
        if (!exists)
        {
            AcceptEmpty();
        }
    }

    /// <summary>What was pending is stored.</summary>
    public void Committed(SessionCommit commit, SessionCommitResult result)
    {
        if (IsCleared)
        {
            _entries.Clear();
            (_known, _knowsAll) = (null, true);
        }

        foreach (var (name, data) in commit.Set)
        {
            _entries[name] = new SessionEntry(result.Revision, data);
            _known?.Add(name);
        }

        foreach (var name in commit.Remove)
        {
            _entries.Remove(name);
            _known?.Add(name);
        }

        // Entries that others wrote in between are not here: the revision stays the one that was read, so that a later read notices.
        if (State is not null || IsCleared)
        {
            State = (State ?? Empty) with { Exists = true, Generation = result.Generation };
        }

        _pending = [];
        IsCleared = false;
    }

    /// <summary>What was pending was refused, and the session is another one now.</summary>
    public void Dropped()
    {
        _pending = [];
        IsCleared = false;
        AcceptEmpty();
    }
}
