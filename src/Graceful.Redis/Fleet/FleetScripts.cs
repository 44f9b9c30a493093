namespace Graceful;

/// <summary>
/// What has to happen at one moment, in Lua. Every script gets all keys of the fleet (<see cref="FleetKeys.All"/>: one slot), decides before it writes (a script is not rolled back), keeps
/// to what Lua 5.1 and 5.4 and both Redis and Garnet have in common, and writes numbers with <c>%.0f</c> (<c>tostring</c> would round microseconds).
/// </summary>
/// <remarks>
/// KEYS: 1 state, 2 leases, 3 gone, 4 members, 5 profiles, 6 infos, 7 withdrawals. Live is a lease whose end is not before now.
/// A revision is a time, or one more than the last: one that a lost store had is not met again.
/// </remarks>
internal static class FleetScripts
{
    /// <summary>The server's time in µs, and the two ways in which a number or a revision is written.</summary>
    private const string Prelude = """
        local t = redis.call('TIME')
        local now = tonumber(t[1]) * 1000000 + tonumber(t[2])
        local function num(n) return string.format('%.0f', n) end
        local function after(rev) return num(math.max(tonumber(rev or '0') + 1, now)) end

        """;

    /// <summary>
    /// <see cref="IFleetStore.BeatAsync"/>. ARGV: 1 id, 2 sequence, 3 profile's id, 4 profile, 5 acknowledged epoch, 6 known epoch, 7 serving, 8 wants withdrawal, 9 lease in µs, 10 info or ''.
    /// Answers: status, epoch, now, ticket, live, rank, needs info, state (field, value, …; empty when known).
    /// </summary>
    public static readonly RedisScript Beat = new("The fleet's store took no renewal", Prelude + """
        local id, pid = ARGV[1], ARGV[3]
        local s = redis.call('HMGET', KEYS[1], 'epoch', 'forming', 'tick', 'credit', 'decide', 'rev', 'asked')
        local epoch, rev = s[1] or '0', s[6]

        -- Overtaken: the record knows the last sequence.
        local record = redis.call('HGET', KEYS[4], id)
        local seq, had
        if record then had, seq = string.match(record, '^(%S+) %d+ (%d+)$') end
        if seq and tonumber(ARGV[2]) <= tonumber(seq) then
          return {3, epoch, num(now), 0, redis.call('ZCOUNT', KEYS[2], num(now), '+inf'), -1, 0, {}}
        end

        -- 0 held, 1 incompatible, 2 no state. Checked only without a live lease of the same profile.
        local status = 0
        local ends = redis.call('ZSCORE', KEYS[2], id)
        local live = ends and tonumber(ends) >= now
        local renews = live and had == pid
        if epoch == '0' or s[2] == '1' then
          status = 2
        elseif not renews then
          -- What the build supports, then every contract of the state, then what only the build knows: absent is [0,0] on both sides.
          local low, high = {}, {}
          for name, min, max in string.gmatch(ARGV[4], '([^ ;]+) (%d+) (%d+) [^;]*') do
            low[name], high[name] = tonumber(min), tonumber(max)
          end
          local all = redis.call('HGETALL', KEYS[1])
          for n = 1, #all, 2 do
            local name = string.match(all[n], '^c:(.+)$')
            if name then
              local joinLow, joinHigh, backLow, backHigh = string.match(all[n + 1], '^%d+ (%d+) (%d+) (%d+) (%d+)|')
              if ARGV[7] == '1' then joinLow, joinHigh = backLow, backHigh end
              if (low[name] or 0) > tonumber(joinLow) or (high[name] or 0) < tonumber(joinHigh) then status = 1 end
              low[name] = nil
            end
          end
          for _, min in pairs(low) do
            if min > 0 then status = 1 end
          end
        end

        -- Leases that have run out stop counting; at most 100 here, the census takes the rest.
        local dropped = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', '(' .. num(now), 'WITHSCORES', 'LIMIT', 0, 100)

        -- Credit: capped, and never for a clock that went back. The ticket: one a second, also after a clock that went back.
        local credit, decide = tonumber(s[4] or '0'), tonumber(s[5] or '0')
        if s[3] then credit = credit + math.max(0, math.min(now - tonumber(s[3]), 5000000)) end
        local ticket = 0
        if status ~= 1 and (now >= decide or decide > now + 1000000) then
          ticket = 1
          decide = now + 1000000
        end
        if #dropped > 0 or (status == 1 and live) or (status ~= 1 and not renews) then rev = after(rev) end

        -- From here on it is written; first what a server without memory refuses.
        redis.call('HSET', KEYS[1], 'tick', num(now), 'credit', num(credit), 'decide', num(decide), 'rev', rev or '0')
        for n = 1, #dropped, 2 do
          redis.call('ZADD', KEYS[3], num(tonumber(dropped[n + 1])), dropped[n])
          redis.call('ZREM', KEYS[2], dropped[n])
          redis.call('ZREM', KEYS[7], dropped[n])
        end
        if status ~= 1 then
          redis.call('HSETNX', KEYS[5], pid, ARGV[4])
          redis.call('HSET', KEYS[4], id, pid .. ' ' .. ARGV[5] .. ' ' .. ARGV[2])
          redis.call('ZADD', KEYS[2], num(now + tonumber(ARGV[9])), id)
          redis.call('ZREM', KEYS[3], id)
          if ARGV[10] ~= '' then redis.call('HSET', KEYS[6], id, ARGV[10]) end
        elseif record then
          -- Refused, but known: the record stays for a while, with its sequence.
          redis.call('HSET', KEYS[4], id, had .. ' ' .. ARGV[5] .. ' ' .. ARGV[2])
          redis.call('ZREM', KEYS[2], id)
          redis.call('ZADD', KEYS[3], num(now), id)
        end

        -- The order of asking is a count, not a time: two may ask in the same microsecond.
        local rank = -1
        if status ~= 1 and ARGV[8] == '1' then
          if not redis.call('ZSCORE', KEYS[7], id) then
            local asked = num(tonumber(s[7] or '0') + 1)
            redis.call('HSET', KEYS[1], 'asked', asked)
            redis.call('ZADD', KEYS[7], asked, id)
          end
          rank = redis.call('ZRANK', KEYS[7], id)
        else
          redis.call('ZREM', KEYS[7], id)
        end

        local state = {}
        if epoch ~= '0' and epoch ~= ARGV[6] then state = redis.call('HGETALL', KEYS[1]) end
        return {status, epoch, num(now), ticket, redis.call('ZCOUNT', KEYS[2], num(now), '+inf'), rank, 1 - redis.call('HEXISTS', KEYS[6], id), state}
        """);

    /// <summary>
    /// <see cref="IFleetStore.TakeCensusAsync"/>. ARGV: 1 how long those that are gone are remembered, in µs. Answers: revision, now, state (field, value, …), groups (profile, count, acknowledged,
    /// slowest, …).
    /// </summary>
    public static readonly RedisScript Census = new("The fleet's store gave no census", Prelude + """
        local unpack = unpack or table.unpack
        local chunk = 500
        local rev = redis.call('HGET', KEYS[1], 'rev') or '0'

        -- Drops what has expired, with its end, and then the members without a record: those it would have to leave out, and they come back with their next renewal.
        local drop = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', '(' .. num(now), 'WITHSCORES')
        local ids = redis.call('ZRANGEBYSCORE', KEYS[2], num(now), '+inf')

        -- Most members say the same, profile and epoch: counted as text first, taken apart once for each text.
        local said, first, order = {}, {}, {}
        for from = 1, #ids, chunk do
          local to = math.min(from + chunk - 1, #ids)
          local records = redis.call('HMGET', KEYS[4], unpack(ids, from, to))
          for n = from, to do
            local record = records[n - from + 1]
            local text = record and string.match(record, '^%S+ %d+')
            if not text then
              drop[#drop + 1] = ids[n]
              drop[#drop + 1] = num(now)
            elseif said[text] then
              said[text] = said[text] + 1
            else
              said[text], first[text] = 1, ids[n]
              order[#order + 1] = text
            end
          end
        end
        local profiles, count, ack, slowest = {}, {}, {}, {}
        for _, text in ipairs(order) do
          local pid, epoch = string.match(text, '^(%S+) (%d+)$')
          epoch = tonumber(epoch)
          if not count[pid] then profiles[#profiles + 1] = pid end
          count[pid] = (count[pid] or 0) + said[text]
          if not ack[pid] or epoch < ack[pid] then ack[pid], slowest[pid] = epoch, first[text] end
        end

        if #drop > 0 then
          rev = after(rev)
          redis.call('HSET', KEYS[1], 'rev', rev)
          for n = 1, #drop, 2 do
            redis.call('ZADD', KEYS[3], num(tonumber(drop[n + 1])), drop[n])
            redis.call('ZREM', KEYS[2], drop[n])
            redis.call('ZREM', KEYS[7], drop[n])
          end
        end

        -- Forgets those that have been gone for long, a thousand at a time.
        local old = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', num(now - tonumber(ARGV[1])), 'LIMIT', 0, 1000)
        for _, id in ipairs(old) do
          redis.call('HDEL', KEYS[4], id)
          redis.call('HDEL', KEYS[6], id)
          redis.call('ZREM', KEYS[3], id)
        end

        -- Profiles that no live member has, when nobody is left who might be asked about.
        if redis.call('ZCARD', KEYS[3]) == 0 and redis.call('HLEN', KEYS[5]) > #profiles then
          for _, pid in ipairs(redis.call('HKEYS', KEYS[5])) do
            if not count[pid] then redis.call('HDEL', KEYS[5], pid) end
          end
        end

        local groups = {}
        for _, pid in ipairs(profiles) do
          groups[#groups + 1] = redis.call('HGET', KEYS[5], pid) or '?'
          groups[#groups + 1] = count[pid]
          groups[#groups + 1] = num(ack[pid])
          groups[#groups + 1] = slowest[pid]
        end
        return {rev, num(now), redis.call('HGETALL', KEYS[1]), groups}
        """);

    /// <summary>
    /// <see cref="IFleetStore.TryReplaceAsync"/>. ARGV: 1 epoch and 2 revision of the census, 3 new epoch, 4 channel, then fields and values (<see cref="FleetStateFields"/>).
    /// Answers: 1 or 0, and the error of PUBLISH, if any.
    /// </summary>
    public static readonly RedisScript Replace = new("The fleet's store did not take the new state", """
        local unpack = unpack or table.unpack
        local s = redis.call('HMGET', KEYS[1], 'epoch', 'rev')
        if (s[1] or '0') ~= ARGV[1] or (s[2] or '0') ~= ARGV[2] then return {0} end

        -- The contracts that are no longer there.
        local kept, gone = {}, {}
        for n = 5, #ARGV, 2 do kept[ARGV[n]] = true end
        for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
          if string.sub(field, 1, 2) == 'c:' and not kept[field] then gone[#gone + 1] = field end
        end
        redis.call('HSET', KEYS[1], unpack(ARGV, 5, #ARGV))
        for _, field in ipairs(gone) do redis.call('HDEL', KEYS[1], field) end

        -- Last, and caught: whoever may not publish has written all the same, and must hear that it is done.
        local told = redis.pcall('PUBLISH', ARGV[4], ARGV[3])
        if type(told) == 'table' and told.err then return {1, told.err} end
        return {1}
        """);

    /// <summary><see cref="IFleetStore.LeaveAsync"/>. ARGV: 1 id. The lease first: without one there is nothing that others would have to hear of.</summary>
    public static readonly RedisScript Leave = new("The fleet's store did not end the lease", Prelude + """
        local id = ARGV[1]
        if redis.call('ZREM', KEYS[2], id) == 1 then
          redis.call('HSET', KEYS[1], 'rev', after(redis.call('HGET', KEYS[1], 'rev')))
        end
        redis.call('ZREM', KEYS[3], id)
        redis.call('HDEL', KEYS[4], id)
        redis.call('HDEL', KEYS[6], id)
        redis.call('ZREM', KEYS[7], id)
        return {1}
        """);

    /// <summary>
    /// The ids for <see cref="IFleetStore.ReadMembersAsync"/>; records and infos follow in portions. Answers: now, live ids with ends, gone ids with ends, profiles by id.
    /// </summary>
    public static readonly RedisScript Members = new("The fleet's store did not list the members", Prelude + """
        return {num(now), redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES'), redis.call('ZRANGE', KEYS[3], 0, -1, 'WITHSCORES'), redis.call('HGETALL', KEYS[5])}
        """);
}
