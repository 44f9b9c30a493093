namespace Graceful;

/// <summary>
/// The key ring's steps on <c>gf1:{fleet}:k</c> (KEYS[1], a hash: name → content, empty for what was removed) and <c>gf1:{fleet}:kl</c> (KEYS[2], the token of who creates a key; expires with its
/// lease). Nothing but the lease expires.
/// </summary>
internal static class KeyRingScripts
{
    public static readonly RedisScript Read = new("The key ring was not read", """
        return redis.call('HGETALL', KEYS[1])
        """);

    /// <summary>ARGV: name, content, token or nothing.</summary>
    public static readonly RedisScript Add = new("The key ring's element was not added", """
        if ARGV[3] ~= '' and redis.call('GET', KEYS[2]) ~= ARGV[3] then return 2 end
        if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 1 then return 0 end
        if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then return 0 end
        return 1
        """);

    /// <summary>ARGV: name. It stays as a name without content, so that nobody who still knows the element puts it back.</summary>
    public static readonly RedisScript Remove = new("The key ring's element was not removed", """
        local content = redis.call('HGET', KEYS[1], ARGV[1])
        if not content or content == '' then return 0 end
        redis.call('HSET', KEYS[1], ARGV[1], '')
        return 1
        """);

    /// <summary>ARGV: token, milliseconds.</summary>
    public static readonly RedisScript Acquire = new("The lease for creating a key was not taken", """
        local holder = redis.call('GET', KEYS[2])
        if holder and holder ~= ARGV[1] then return 0 end
        redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
        return 1
        """);

    /// <summary>ARGV: token.</summary>
    public static readonly RedisScript Release = new("The lease for creating a key was not given back", """
        if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
        return 0
        """);
}
