using System.Globalization;
using StackExchange.Redis;

namespace Graceful;

/// <summary>Reads members in portions, so that a large fleet holds nobody up.</summary>
internal sealed class FleetRoll
{
    private const int Portion = 500;
    private readonly FleetKeys _keys;
    private readonly long _now;
    private readonly List<(string Id, long Ends)> _members;
    private readonly Dictionary<string, string> _profiles = [];

    /// <summary>Takes the reply of <see cref="FleetScripts.Members"/>.</summary>
    public FleetRoll(FleetKeys keys, RedisResult[] reply)
    {
        _keys = keys;
        _now = long.Parse((string)reply[0]!, NumberStyles.None, CultureInfo.InvariantCulture);
        _members = [.. Pairs(reply[1]).Concat(Pairs(reply[2])).Select(p => (p.Key, (long)double.Parse(p.Value, CultureInfo.InvariantCulture)))];
        foreach (var (id, profile) in Pairs(reply[3]))
        {
            _profiles[id] = profile;
        }
    }

    public async Task<IReadOnlyList<FleetRecord>> ReadAsync(RedisConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            var database = (await connection.GetAsync(cancellationToken).ConfigureAwait(false)).GetDatabase();
            var records = new List<FleetRecord>(_members.Count);
            foreach (var portion in _members.Chunk(Portion))
            {
                var ids = Array.ConvertAll(portion, m => (RedisValue)m.Id);
                var read = database.HashGetAsync(_keys.Members, ids, CommandFlags.DemandMaster);
                var infos = await database.HashGetAsync(_keys.Infos, ids, CommandFlags.DemandMaster).WaitAsync(cancellationToken).ConfigureAwait(false);
                records.AddRange((await read.WaitAsync(cancellationToken).ConfigureAwait(false)).Select((text, i) => Record(portion[i], text, infos[i])).OfType<FleetRecord>());
            }

            return records;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw RedisFailure.Explain(FleetScripts.Members.Operation, e);
        }
    }

    /// <summary>Null for a member that left while the roll was read.</summary>
    private FleetRecord? Record((string Id, long Ends) member, RedisValue text, RedisValue info) =>
        ((string?)text)?.Split(' ') is [var profile, var acknowledged, _]
            ? new FleetRecord(
                member.Id, _profiles.GetValueOrDefault(profile, ""), long.Parse(acknowledged, NumberStyles.None, CultureInfo.InvariantCulture),
                Microseconds.ToTime(member.Ends), member.Ends >= _now, info)
            : null;

    private static IEnumerable<(string Key, string Value)> Pairs(RedisResult flat) => ((string[])flat!).Chunk(2).Select(p => (p[0], p[1]));
}
