using StackExchange.Redis;

namespace Graceful;

/// <summary>
/// Where a fleet lives in Redis. <c>gf1</c> is the version of what is written there; the braces put all keys of a fleet into one slot of a cluster.
/// <code>
///   gf1:{fleet}:s   hash   the state: epoch, forming, wait, founded, told, credit, tick, decide, rev, asked, and c:NAME for each contract (ContractStateText)
///   gf1:{fleet}:l   zset   live members by the end of their lease, in µs
///   gf1:{fleet}:g   zset   members that are gone (expired, or refused), by the end of their lease, for five minutes
///   gf1:{fleet}:m   hash   member → "profileId acknowledged sequence"
///   gf1:{fleet}:p   hash   profileId → profile (ContractProfile)
///   gf1:{fleet}:i   hash   member → info, as JSON
///   gf1:{fleet}:w   zset   members that ask to withdraw, in the order in which they asked
///   gf1:{fleet}:e   channel: the epoch, after every change of the state
/// </code>
/// </summary>
internal sealed class FleetKeys
{
    private const string Version = "gf1";

    public FleetKeys(string prefix, string fleet)
    {
        // A name may hold anything; braces, blanks or the wildcards of an ACL in a key would not be harmless.
        var root = $"{prefix}{Version}:{{{Uri.EscapeDataString(fleet)}}}:";
        State = root + "s";
        Leases = root + "l";
        Gone = root + "g";
        Members = root + "m";
        Profiles = root + "p";
        Infos = root + "i";
        Withdrawals = root + "w";
        Channel = root + "e";
    }

    public RedisKey State { get; }

    public RedisKey Leases { get; }

    public RedisKey Gone { get; }

    public RedisKey Members { get; }

    public RedisKey Profiles { get; }

    public RedisKey Infos { get; }

    public RedisKey Withdrawals { get; }

    public string Channel { get; }

    /// <summary>All of them, in the order in which the scripts count them.</summary>
    public RedisKey[] All => [State, Leases, Gone, Members, Profiles, Infos, Withdrawals];
}
