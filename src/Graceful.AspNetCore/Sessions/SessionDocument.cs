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
    private IReadOnlyDictionary<string, SessionEntry> _read = Empty.Entries;

    /// <summary>A copy of its own in <see cref="_read"/>, from the first change on: most requests only read what the store has made.</summary>
    private Dictionary<string, SessionEntry>? _changed;

    /// <summary>What was stored and is not among the <see cref="Entries"/> yet: most requests end with it, and nobody looks.</summary>
    private (SessionCommit Commit, long Revision)? _stored;
    private Dictionary<string, PendingEntry>? _pending;
    private HashSet<string>? _known;
    private bool _knowsAll;

    /// <summary>What was read last; null when nothing was.</summary>
    public SessionState? State { get; private set; }

    // Not as an interface: whoever goes through it would allocate.
    public Dictionary<string, PendingEntry> Pending => _pending ?? Nothing;

    public IReadOnlyDictionary<string, SessionEntry> Entries
    {
        get
        {
            Settle();
            return _read;
        }
    }

    public bool IsCleared { get; private set; }

    public bool IsDirty => IsCleared || _pending?.Count > 0;

    public bool KnowsAll => _knowsAll || IsCleared;

    public bool Knows(string name) => KnowsAll || TryFindPending(name, out _) || IsAmongTheKnown(name);

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
            (_read, _changed, _stored) = (state.Entries, null, null);
            _known = names is null ? null : [.. names];
        }
        else
        {
            Settle();
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
        return !IsCleared && Entries.TryGetValue(name, out entry);
    }

    public IEnumerable<string> Names()
    {
        var stored = IsCleared ? [] : Entries.Keys.Where(n => !TryFindPending(n, out _));
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

        if (!IsCleared)
        {
            // By their values, which are there without their names; then without those that are replaced.
            foreach (var entry in Entries.Values)
            {
                (bytes, count) = (bytes + entry.Data.Length, count + 1);
            }

            foreach (var other in Pending.Keys)
            {
                if (other != name && Entries.TryGetValue(other, out var replaced))
                {
                    (bytes, count) = (bytes - replaced.Data.Length, count - 1);
                }
            }

            if (Entries.TryGetValue(name, out var own))
            {
                (bytes, count) = (bytes - own.Data.Length, count - 1);
            }
        }

        return (bytes, count);
    }

    public void Set(string name, PendingEntry entry) => (_pending ??= [])[name] = entry;

    public void Remove(string name)
    {
        if (KnowsAll && !(!IsCleared && Entries.ContainsKey(name)))
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
        Settle();
        if (IsCleared)
        {
            (_read, _changed) = (Empty.Entries, null);
            (_known, _knowsAll) = (null, true);
        }

        // Without a state nothing is known: whoever reads after this asks the store.
        if (State is not null || IsCleared)
        {
            _stored = (commit, result.Revision);
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

    private bool IsAmongTheKnown(string name)
    {
        Settle();
        return _known?.Contains(name) == true;
    }

    private void Settle()
    {
        if (_stored is not { } stored)
        {
            return;
        }

        _stored = null;
        var (commit, revision) = stored;
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
            _read = _changed = new Dictionary<string, SessionEntry>(_read, StringComparer.Ordinal);
        }

        return _changed;
    }
}
