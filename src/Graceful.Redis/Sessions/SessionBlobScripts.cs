namespace Graceful;

/// <summary>
/// Sessions where ASP.NET Core's own session keeps them with RedisCache: a hash with <c>absexp</c>, <c>sldexp</c> (ticks, -1 for none) and <c>data</c>. Two fields are added, which RedisCache neither reads
/// nor removes:
/// <code>
///   moved     frozen: what data held, and data is gone. Closed: empty. RedisCache finds nothing; what it writes afterwards is not read, and expires together with this mark
///   commits   the ids of the last four writes
/// </code>
/// Every script gets one key, and decides before it writes.
/// </summary>
internal static class SessionBlobScripts
{
    /// <summary><see cref="ISessionBlobStore.TryWriteAsync"/>. ARGV: 1 id, 2 whether it is to be there, 3 what it is to hold, 4 what replaces it, 5 idle timeout in ticks, 6 life in ms.</summary>
    public static readonly RedisScript Write = new("The old place of sessions took no write", """
        local s = redis.call('HMGET', KEYS[1], 'data', 'moved', 'commits')

        -- Sent again. The ids stay when it is moved: what was written has moved too.
        local ids, kept = ARGV[1], 1
        for id in string.gmatch(s[3] or '', '%S+') do
          if id == ARGV[1] then return 1 end
          if kept < 4 then ids, kept = ids .. ' ' .. id, kept + 1 end
        end

        if s[2] then return 0 end
        if ARGV[2] == '1' then
          if s[1] ~= ARGV[3] then return 0 end
        elseif s[1] then
          return 0
        end
        redis.call('HSET', KEYS[1], 'absexp', '-1', 'sldexp', ARGV[5], 'data', ARGV[4], 'commits', ids)
        redis.call('PEXPIRE', KEYS[1], ARGV[6])
        return 1
        """, allowOom: false);

    /// <summary><see cref="ISessionBlobStore.TryFreezeAsync"/>. ARGV: 1 what it is to hold, 2 longest life in ms.</summary>
    public static readonly RedisScript Freeze = new("The old place of sessions let none go", """
        local s = redis.call('HMGET', KEYS[1], 'data', 'moved')
        if s[2] or s[1] ~= ARGV[1] then return 0 end
        redis.call('HSET', KEYS[1], 'moved', s[1])

        -- Without sldexp RedisCache prolongs nothing any more.
        redis.call('HDEL', KEYS[1], 'data', 'absexp', 'sldexp')
        local had = redis.call('PTTL', KEYS[1])
        if had < 0 or had > tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
        return 1
        """, allowOom: false);

    /// <summary>
    /// <see cref="ISessionBlobStore.TryCloseAsync"/> and <see cref="ISessionBlobStore.CloseAsync"/>. ARGV: 1 how it is to be (<c>any</c> but absent, <c>absent</c>, <c>open</c>), 2 remembrance in ms, 3 what
    /// it is to hold when it is to be open.
    /// </summary>
    public static readonly RedisScript Close = new("The old place of sessions closed none", """
        local s = redis.call('HMGET', KEYS[1], 'data', 'moved')
        if ARGV[1] == 'any' then
          if not (s[1] or s[2]) then return 0 end
        elseif ARGV[1] == 'absent' then
          if s[1] or s[2] then return 0 end
        elseif s[2] or s[1] ~= ARGV[3] then
          return 0
        end
        redis.call('HSET', KEYS[1], 'moved', '')
        redis.call('HDEL', KEYS[1], 'data', 'absexp', 'sldexp')
        if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
        return 1
        """);

    /// <summary><see cref="ISessionBlobStore.TouchAsync"/>. ARGV: 1 what is added, in ms.</summary>
    public static readonly RedisScript Touch = new("The old place of sessions prolonged none", """
        local s = redis.call('HGET', KEYS[1], 'sldexp')
        if not (s and string.match(s, '^%d+$')) then return 0 end
        local life = math.floor(tonumber(s) / 10000) + tonumber(ARGV[1])
        if redis.call('PTTL', KEYS[1]) < life then redis.call('PEXPIRE', KEYS[1], string.format('%.0f', life)) end
        return 1
        """);
}
