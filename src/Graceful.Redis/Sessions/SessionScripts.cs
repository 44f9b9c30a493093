namespace Graceful;

/// <summary>
/// What has to happen to a session at one moment, in Lua. Every script gets one key, decides before it writes (a script is not rolled back), keeps to what Lua 5.1 and 5.4 and both Redis and
/// Garnet have in common, and writes numbers with <c>%.0f</c> (<c>tostring</c> would round microseconds).
/// </summary>
internal static class SessionScripts
{
    /// <summary>Of the outcomes of a commit, beside those of <see cref="SessionCommitOutcome"/>: what lies there is not a session.</summary>
    public const int Malformed = 4;

    /// <summary>Likewise: the revisions are used up.</summary>
    public const int Exhausted = 5;

    /// <summary>The largest revision: what 8 hex digits hold.</summary>
    public const long HighestRevision = uint.MaxValue;

    /// <summary>How many arguments of <see cref="Commit"/> stand before its lists.</summary>
    public const int CommitHead = 8;

    /// <summary>The server's time in µs, and how a number is written.</summary>
    private const string Prelude = """
        local t = redis.call('TIME')
        local now = tonumber(t[1]) * 1000000 + tonumber(t[2])
        local function num(n) return string.format('%.0f', n) end

        """;

    /// <summary>
    /// ARGV: 1 id, 2 life in ms, 3 absolute life in µs or -1, 4 loaded generation, 0, or -1 when it must not be there, 5 elapsed in µs, 6 whether it clears, 7 how many are expected, 8 how many are removed; then name and revision
    /// for each that is expected, names to remove, name and bytes for each that is set. Answers "outcome revision generation".
    /// </summary>
    private const string CommitText = Prelude + """
        local key, unpack = KEYS[1], unpack or table.unpack
        local absolute, wanted, clear = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[6] == '1'
        local expected, removed = tonumber(ARGV[7]), tonumber(ARGV[8])
        local s = redis.call('HMGET', key, '!x', '!r', '!g', '!t', '!c', '!k')
        local function whole(v) return v and string.match(v, '^%d+$') and tonumber(v) or nil end
        local rev, gen, born = whole(s[2]), whole(s[3]), whole(s[4])
        local function answer(outcome) return outcome .. ' ' .. num(rev or 0) .. ' ' .. num(gen or 0) end

        -- Ended, and remembered.
        if s[1] then return '3 0 0' end
        local isNew = not (s[2] or s[3] or s[4])
        local earlier, kept = '', 1
        if isNew then
          -- Fields without a revision are not a session. What was loaded and is not there any more is not begun anew.
          if redis.call('HLEN', key) > 0 then return '4 0 0' end
          if wanted > 0 then return '3 0 0' end
        else
          if not (rev and gen and born) then return '4 0 0' end
          if absolute >= 0 and now >= born + absolute then return answer(3) end

          -- Sent again: the answer of then. Four commits are known, this one and three before it.
          for id, r, g in string.gmatch(s[5] or '', '(%S+) (%d+) (%d+)') do
            if id == ARGV[1] then return '0 ' .. r .. ' ' .. g end
            if kept < 4 then
              earlier = earlier .. ' ' .. id .. ' ' .. r .. ' ' .. g
              kept = kept + 1
            end
          end

          if wanted < 0 then return answer(1) end

          -- Cleared since the request began: by the generation, or by the time when none was loaded.
          if wanted > 0 then
            if wanted ~= gen then return answer(2) end
          elseif (whole(s[6]) or 0) > now - tonumber(ARGV[5]) then
            return answer(2)
          end
        end

        -- Compare-and-swap: an entry that is absent has revision 0, one that is malformed has none that could be expected.
        local at = 9
        for n = 1, expected do
          local v = redis.call('HGET', key, ARGV[at])
          local have = 0
          if v then
            local digits = string.match(v, '^[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]')
            have = digits and tonumber(digits, 16) or 0
            if have == 0 then have = -1 end
          end
          if have ~= tonumber(ARGV[at + 1]) then return answer(1) end
          at = at + 2
        end

        -- A new session begins with the seconds since 2025, above what one that is gone had reached; half of all revisions are left to it.
        if isNew then
          rev, gen, born = math.max(0, math.floor(now / 1000000) - 1735689600) % 2147483648, 1, now
        end
        if rev >= 4294967295 then return '5 0 0' end
        rev = rev + 1
        local old = {}
        local fields = {'!r', num(rev)}
        if clear then
          gen = gen + 1
          old = redis.call('HKEYS', key)
          fields[3], fields[4], fields[5], fields[6] = '!g', num(gen), '!k', num(now)
        elseif isNew then
          fields[3], fields[4] = '!g', num(gen)
        end
        if isNew then
          fields[#fields + 1] = '!t'
          fields[#fields + 1] = num(born)
        end
        fields[#fields + 1] = '!c'
        fields[#fields + 1] = ARGV[1] .. ' ' .. num(rev) .. ' ' .. num(gen) .. earlier

        -- From here on it is written; first what a server without memory refuses. In portions that fit on Lua's stack.
        local stamp, written = string.format('%08x', rev), {}
        for n = at + removed, #ARGV, 2 do
          fields[#fields + 1] = ARGV[n]
          fields[#fields + 1] = stamp .. ARGV[n + 1]
          written[ARGV[n]] = true
          if #fields >= 200 then
            redis.call('HSET', key, unpack(fields))
            fields = {}
          end
        end
        if #fields > 0 then redis.call('HSET', key, unpack(fields)) end

        -- Cleared are entries, not what is reserved: names without a mark, or with two.
        local gone = {}
        local function drop(name)
          if written[name] then return end
          gone[#gone + 1] = name
          if #gone >= 200 then
            redis.call('HDEL', key, unpack(gone))
            gone = {}
          end
        end
        for n = 1, #old do
          if string.sub(old[n], 1, 1) ~= '!' or string.sub(old[n], 1, 2) == '!!' then drop(old[n]) end
        end
        for n = at, at + removed - 1 do drop(ARGV[n]) end
        if #gone > 0 then redis.call('HDEL', key, unpack(gone)) end
        local life = tonumber(ARGV[2])
        if absolute >= 0 then life = math.min(life, math.ceil((born + absolute - now) / 1000)) end
        redis.call('PEXPIRE', key, num(life))
        return answer(0)
        """;

    private const string CommitOperation = "The store of sessions took no commit";

    /// <summary><see cref="ISessionStateStore.CommitAsync"/>: refused by a server that is full.</summary>
    public static readonly RedisScript Commit = new(CommitOperation, CommitText, allowOom: false);

    /// <summary>The same for commits that write no entry, such as a logout: taken by a server that is full.</summary>
    public static readonly RedisScript Shrink = new(CommitOperation, CommitText);

    /// <summary><see cref="ISessionStateStore.TouchAsync"/> with an absolute life. ARGV: 1 life in ms, 2 absolute life in µs. Answers 1 when the session was there.</summary>
    public static readonly RedisScript Touch = new("The store of sessions prolonged none", Prelude + """
        local s = redis.call('HGET', KEYS[1], '!t')
        local born = s and string.match(s, '^%d+$') and tonumber(s)

        -- Not there, or ended: then nothing is left but the mark.
        if not born then return 0 end

        -- Never shorter than it was, but by the absolute end.
        local rest = math.ceil((born + tonumber(ARGV[2]) - now) / 1000)
        if rest <= 0 then
          redis.call('DEL', KEYS[1])
          return 0
        end
        local had = redis.call('PTTL', KEYS[1])
        local life = math.min(math.max(had, tonumber(ARGV[1])), rest)
        if life ~= had then redis.call('PEXPIRE', KEYS[1], num(life)) end
        return 1
        """);

    /// <summary>
    /// <see cref="ISessionStateStore.EndAsync"/> and <see cref="ISessionStateStore.TryEndAsync"/>. ARGV: 1 remembrance in ms, 2 the revision it must have, or ''. Answers 1 when the session was there and
    /// had not ended.
    /// </summary>
    public static readonly RedisScript End = new("The store of sessions ended none", """
        local s = redis.call('HMGET', KEYS[1], '!x', '!r')
        if ARGV[2] ~= '' and (s[1] or s[2] ~= ARGV[2]) then return 0 end
        if not s[1] then
          -- The mark first: a server that lets others read between two calls (Garnet) never shows a session that is absent, and not ended.
          local unpack, all, gone = unpack or table.unpack, redis.call('HKEYS', KEYS[1]), {}
          redis.call('HSET', KEYS[1], '!x', '1')
          for n = 1, #all do
            gone[#gone + 1] = all[n]
            if #gone >= 200 or n == #all then
              redis.call('HDEL', KEYS[1], unpack(gone))
              gone = {}
            end
          end
        end
        if not s[1] or redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
        if s[2] and not s[1] then return 1 end
        return 0
        """);

    /// <summary><see cref="ISessionStateStore.BindAsync"/>. ARGV: 1 handle, 2 life of the note in ms.</summary>
    public static readonly RedisScript Bind = new("The store of sessions took no note of a user", Prelude + """
        local life = tonumber(ARGV[2])
        redis.call('ZADD', KEYS[1], num(now + life * 1000), ARGV[1])
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', num(now))
        if redis.call('PTTL', KEYS[1]) < life then redis.call('PEXPIRE', KEYS[1], num(life)) end
        return 1
        """, allowOom: false);

    /// <summary><see cref="ISessionStateStore.ListAsync"/>. Answers handles.</summary>
    public static readonly RedisScript List = new("The store of sessions listed none", Prelude + """
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', num(now))
        return redis.call('ZRANGE', KEYS[1], 0, -1)
        """);
}
