namespace Graceful;

/// <summary>What a request writes under a name: bytes, JSON of a schema's current version, or nothing any more.</summary>
internal readonly record struct PendingEntry(SessionSchema? Schema, byte[]? Bytes)
{
    /// <summary>What it replaces was known when it was written, and may be replaced. What is read later was not looked at.</summary>
    public bool HasSeen { get; init; }
}

/// <summary>A session as this request sees it: what it has read, and what it has written on top and not stored yet. Not thread-safe, as a request is not.</summary>
internal sealed class SessionDocument
{
    private static readonly SessionState Empty = new();
    private static readonly Dictionary<string, PendingEntry> Nothing = [];
    private IReadOnlyDictionary<string, SessionEntry> _entries = Empty.Entries;

    /// <summary>A copy of its own in <see cref="_entries"/>, from the first change on: most requests only read what the store has made.</summary>
    private Dictionary<string, SessionEntry>? _changed;
    private Dictionary<string, PendingEntry>? _pending;
    private HashSet<string>? _known;
    private bool _knowsAll;

    /// <summary>What was read last; null when nothing was.</summary>
    public SessionState? State { get; private set; }

    // Not as an interface: whoever goes through it would allocate.
    public Dictionary<string, PendingEntry> Pending => _pending ?? Nothing;

    public IReadOnlyDictionary<string, SessionEntry> Entries => _entries;

    public bool IsCleared { get; private set; }

    public bool IsDirty => IsCleared || _pending?.Count > 0;

    public bool KnowsAll => _knowsAll || IsCleared;

    public bool Knows(string name) => KnowsAll || TryFindPending(name, out _) || _known?.Contains(name) == true;

    /// <summary>Entries with a schema that are to be replaced, and had not been read by then; null when there are none.</summary>
    public List<string>? Unseen()
    {
        List<string>? unseen = null;
        foreach (var (name, pending) in Pending)
        {
            if (pending is { Schema: not null, Bytes: not null, HasSeen: false })
            {
                (unseen ??= []).Add(name);
            }
        }

        return unseen;
    }

    /// <summary>Whether a write of now knows what it replaces: it was read, or is removed.</summary>
    public bool Sees(string name) => TryFindPending(name, out var pending) && pending.Bytes is not null ? pending.HasSeen : Knows(name);

    /// <param name="state">What was read.</param>
    /// <param name="names">What was asked for; null for everything.</param>
    public void Accept(SessionState state, IReadOnlyCollection<string>? names)
    {
        if (names is null || State is null || State.Revision != state.Revision || State.Generation != state.Generation)
        {
            // The session has moved on: what was read before belongs to another state.
            (_entries, _changed) = (state.Entries, null);
            _known = names is null ? null : [.. names];
        }
        else
        {
            var entries = Changed();
            foreach (var (name, entry) in state.Entries)
            {
                entries[name] = entry;
            }

            _known!.UnionWith(names);
        }

        _knowsAll = names is null;
        State = state;
    }

    public void AcceptEmpty() => Accept(Empty, null);

    public bool TryFindPending(string name, out PendingEntry pending) => Pending.TryGetValue(name, out pending);

    /// <summary>The stored entry, as far as this request has neither removed nor replaced it.</summary>
    public bool TryFindStored(string name, out SessionEntry entry)
    {
        entry = default;
        return !IsCleared && _entries.TryGetValue(name, out entry);
    }

    public IEnumerable<string> Names()
    {
        var stored = IsCleared ? [] : _entries.Keys.Where(n => !TryFindPending(n, out _));
        return stored.Concat(Pending.Where(p => p.Value.Bytes is not null).Select(p => p.Key));
    }

    /// <summary>Bytes and number of the entries as far as they are known, without one.</summary>
    public (int Bytes, int Count) SizeWithout(string name)
    {
        var (bytes, count) = (0, 0);
        foreach (var (other, pending) in Pending)
        {
            if (pending.Bytes is not null && other != name)
            {
                (bytes, count) = (bytes + pending.Bytes.Length, count + 1);
            }
        }

        if (!IsCleared && _entries.Count > 0)
        {
            foreach (var (other, entry) in _entries)
            {
                if (other != name && !TryFindPending(other, out _))
                {
                    (bytes, count) = (bytes + entry.Data.Length, count + 1);
                }
            }
        }

        return (bytes, count);
    }

    public void Set(string name, PendingEntry entry) => (_pending ??= [])[name] = entry;

    public void Remove(string name)
    {
        if (KnowsAll && !(!IsCleared && _entries.ContainsKey(name)))
        {
            Forget(name);
        }
        else
        {
            Set(name, new PendingEntry(null, null));
        }
    }

    /// <summary>What is pending for a name does not count any more.</summary>
    public void Forget(string name) => _pending?.Remove(name);

    /// <param name="exists">Whether there may be anything in the store to clear.</param>
    public void Clear(bool exists)
    {
        _pending = null;
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
            (_entries, _changed) = (Empty.Entries, null);
            (_known, _knowsAll) = (null, true);
        }

        // Without a state nothing is known: whoever reads after this asks the store.
        if (State is not null || IsCleared)
        {
            Take(commit, result.Revision);
        }

        // Entries that others wrote in between are not here: the revision stays the one that was read, so that a later read notices.
        if (State is not null || IsCleared)
        {
            State = (State ?? Empty) with { Exists = true, Generation = result.Generation };
        }

        _pending = null;
        IsCleared = false;
    }

    /// <summary>What was pending was refused, and the session is another one now.</summary>
    public void Dropped()
    {
        _pending = null;
        IsCleared = false;
        AcceptEmpty();
    }

    private void Take(SessionCommit commit, long revision)
    {
        var entries = Changed();
        foreach (var (name, data) in commit.Set)
        {
            entries[name] = new SessionEntry(revision, data);
            _known?.Add(name);
        }

        foreach (var name in commit.Remove)
        {
            entries.Remove(name);
            _known?.Add(name);
        }
    }

    private Dictionary<string, SessionEntry> Changed()
    {
        if (_changed is null)
        {
            var changed = new Dictionary<string, SessionEntry>(_entries.Count + 1, StringComparer.Ordinal);
            foreach (var (name, entry) in _entries)
            {
                changed[name] = entry;
            }

            _entries = _changed = changed;
        }

        return _changed;
    }
}
