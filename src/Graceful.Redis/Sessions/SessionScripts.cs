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
    private const string CommitText = """
        local key, id, unpack, call, match, format = KEYS[1], ARGV[1], unpack or table.unpack, redis.call, string.match, string.format
        local absolute, wanted, clear = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[6] == '1'
        local expected, removed = tonumber(ARGV[7]), tonumber(ARGV[8])
        local s = call('HMGET', key, '!x', '!r', '!g', '!t', '!c', '!k')
        local r, g, commits = s[2], s[3], s[5] or ''

        -- The server's time in µs, asked for where it is needed: most commits do without.
        local now
        local function time()
          if not now then
            local t = call('TIME')
            now = tonumber(t[1]) * 1000000 + tonumber(t[2])
          end
          return now
        end

        -- Ended, and remembered.
        if s[1] then return '3 0 0' end
        local isNew = not (r or g or s[4])
        local rev, gen, born
        if isNew then
          -- Fields without a revision are not a session. What was loaded and is not there any more is not begun anew.
          if call('HLEN', key) > 0 then return '4 0 0' end
          if wanted > 0 then return '3 0 0' end
        else
          if not (r and g and s[4] and match(r, '^%d+$') and match(g, '^%d+$') and match(s[4], '^%d+$')) then return '4 0 0' end
          rev, gen, born = tonumber(r), tonumber(g), tonumber(s[4])
          if absolute >= 0 and time() >= born + absolute then return '3 ' .. r .. ' ' .. g end

          -- Sent again: the answer of then. Four commits are known, this one and three before it.
          if string.find(commits, id, 1, true) then
            for known, kr, kg in string.gmatch(commits, '(%S+) (%d+) (%d+)') do
              if known == id then return '0 ' .. kr .. ' ' .. kg end
            end
          end

          if wanted < 0 then return '1 ' .. r .. ' ' .. g end

          -- Cleared since the request began: by the generation, or by the time when none was loaded.
          if wanted > 0 then
            if wanted ~= gen then return '2 ' .. r .. ' ' .. g end
          elseif s[6] and match(s[6], '^%d+$') and tonumber(s[6]) > time() - tonumber(ARGV[5]) then
            return '2 ' .. r .. ' ' .. g
          end
        end

        -- Compare-and-swap: an entry that is absent has revision 0, one that is malformed has none that could be expected.
        local at = 9
        for n = 1, expected do
          local v = call('HGET', key, ARGV[at])
          local have = 0
          if v then
            local digits = match(v, '^[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]')
            have = digits and tonumber(digits, 16) or 0
            if have == 0 then have = -1 end
          end
          if have ~= tonumber(ARGV[at + 1]) then return '1 ' .. (r or '0') .. ' ' .. (g or '0') end
          at = at + 2
        end

        -- A new session begins with the seconds since 2025, above what one that is gone had reached; half of all revisions are left to it.
        if isNew then
          rev, gen, born = math.max(0, math.floor(time() / 1000000) - 1735689600) % 2147483648, 1, time()
        end
        if rev >= 4294967295 then return '5 0 0' end
        rev = rev + 1
        r = format('%.0f', rev)
        local old, fields, count = nil, {'!r', r, '!c'}, 4
        if clear then
          gen = gen + 1
          old = call('HKEYS', key)
        end
        if clear or isNew then g = format('%.0f', gen) end
        local this = r .. ' ' .. g
        fields[4] = id .. ' ' .. this
        if commits ~= '' then
          fields[4] = fields[4] .. ' ' .. (match(commits, '^%S+ %d+ %d+ %S+ %d+ %d+ %S+ %d+ %d+') or commits)
        end
        if clear then
          fields[5], fields[6], fields[7], fields[8], count = '!g', g, '!k', format('%.0f', time()), 8
        elseif isNew then
          fields[5], fields[6], count = '!g', g, 6
        end
        if isNew then
          fields[count + 1], fields[count + 2], count = '!t', format('%.0f', born), count + 2
        end

        -- From here on it is written; first what a server without memory refuses. In portions that fit on Lua's stack.
        local stamp = format('%08x', rev)
        for n = at + removed, #ARGV, 2 do
          fields[count + 1], fields[count + 2], count = ARGV[n], stamp .. ARGV[n + 1], count + 2
          if count >= 200 then
            call('HSET', key, unpack(fields))
            fields, count = {}, 0
          end
        end
        if count > 0 then call('HSET', key, unpack(fields)) end

        if old or removed > 0 then
          local written, gone = {}, {}
          for n = at + removed, #ARGV, 2 do written[ARGV[n]] = true end
          local function drop(name)
            if written[name] then return end
            gone[#gone + 1] = name
            if #gone >= 200 then
              call('HDEL', key, unpack(gone))
              gone = {}
            end
          end

          -- Cleared are entries, not what is reserved: names without a mark, or with two.
          for n = 1, old and #old or 0 do
            if string.sub(old[n], 1, 1) ~= '!' or string.sub(old[n], 1, 2) == '!!' then drop(old[n]) end
          end
          for n = at, at + removed - 1 do drop(ARGV[n]) end
          if #gone > 0 then call('HDEL', key, unpack(gone)) end
        end
        local life = tonumber(ARGV[2])
        if absolute >= 0 then life = math.min(life, math.ceil((born + absolute - time()) / 1000)) end
        call('PEXPIRE', key, format('%.0f', life))
        return '0 ' .. this
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
