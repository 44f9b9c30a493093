using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Graceful;

/// <summary>The fleet in Redis: <see cref="FleetScripts"/> on <see cref="FleetKeys"/>. One round trip for each of the primitives.</summary>
internal sealed partial class RedisFleetStore : IFleetStore, IDisposable
{
    /// <summary>How long a member that expired is still told of.</summary>
    private static readonly TimeSpan Remembrance = TimeSpan.FromMinutes(5);

    private const int ProfileIdBytes = 16;
    private static readonly RedisValue[] Looked = ["epoch", "decide"];

    private readonly RedisConnection _connection;
    private readonly FleetKeys _keys;
    private readonly RedisKey[] _allKeys;
    private readonly RedisScriptRunner _scripts;
    private readonly FleetChannel _channel;
    private readonly EvictionWarning _eviction;
    private readonly ILogger _logger;
    private Profiled _profile = new("", ProfileId(""));

    public RedisFleetStore(RedisConnection connection, string fleet, TimeProvider time, ILogger<RedisFleetStore> logger)
    {
        _connection = connection;
        _keys = new FleetKeys(connection.Prefix, fleet);
        _allKeys = _keys.All;
        _scripts = new RedisScriptRunner(connection);
        _channel = new FleetChannel(connection, _keys.Channel, time, logger);
        _eviction = new EvictionWarning(_scripts, _allKeys, logger);
        _logger = logger;
    }

    public async ValueTask<BeatReply> BeatAsync(FleetBeat beat, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(beat);
        var profileId = IdOf(beat.Profile);
        var reply = (RedisResult[])(await _scripts.RunAsync(
            FleetScripts.Beat,
            _allKeys,
            [
                beat.Id, beat.Sequence, profileId, beat.Profile, beat.Acknowledged, beat.KnownEpoch, beat.IsServing, beat.WantsWithdrawal, Microseconds.Of(beat.Lease), beat.Info ?? "",
            ],
            cancellationToken).ConfigureAwait(false))!;
        _channel.Revive();
        _ = _eviction.LookOnceAsync();
        var state = (RedisResult[])reply[7]!;
        return new BeatReply(
            (BeatStatus)(int)reply[0], Number(reply[1]), state.Length == 0 ? null : FleetStateFields.Read(state), Number(reply[2]), (int)reply[3] == 1, (int)reply[4], (int)reply[5], (int)reply[6] == 1);
    }

    /// <summary>Two plain commands, sent together. Where they are refused (GT before Redis 6.2, a server that is out of memory, a proxy) nothing is renewed, and the beat that follows says what is wrong, if anything is.</summary>
    public async ValueTask<RenewalReply> RenewAsync(string id, long leaseEnds, CancellationToken cancellationToken)
    {
        try
        {
            var database = (await _connection.GetAsync(cancellationToken).ConfigureAwait(false)).GetDatabase();
            var renewed = database.SortedSetUpdateAsync(_keys.Leases, id, leaseEnds, SortedSetWhen.Exists | SortedSetWhen.GreaterThan, CommandFlags.DemandMaster);
            var state = database.HashGetAsync(_keys.State, Looked, CommandFlags.DemandMaster);
            await Task.WhenAll(renewed, state).WaitAsync(cancellationToken).ConfigureAwait(false);
            var (epoch, next) = ((await state.ConfigureAwait(false))[0], (await state.ConfigureAwait(false))[1]);
            return new RenewalReply(await renewed.ConfigureAwait(false), epoch.IsNull ? 0 : (long)epoch, next.IsNull ? 0 : (long)next);
        }
        catch (Exception e) when (e is RedisServerException or RedisCommandException)
        {
            return default;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw RedisFailure.Explain(FleetScripts.Beat.Operation, e);
        }
    }

    public async ValueTask LeaveAsync(string id, CancellationToken cancellationToken) =>
        await _scripts.RunAsync(FleetScripts.Leave, _allKeys, [id], cancellationToken).ConfigureAwait(false);

    public async ValueTask<FleetCensus> TakeCensusAsync(CancellationToken cancellationToken)
    {
        var reply = (RedisResult[])(await _scripts.RunAsync(FleetScripts.Census, _allKeys, [Microseconds.Of(Remembrance)], cancellationToken).ConfigureAwait(false))!;
        var members = (RedisResult[])reply[3]!;
        var groups = ImmutableArray.CreateBuilder<MemberGroup>(members.Length / 4);
        for (var i = 0; i < members.Length; i += 4)
        {
            var profile = (string)members[i]!;
            if (profile == "?")
            {
                throw new RedisStoreException("The fleet's store gave no census: a profile is missing, most likely evicted; it is back with the next renewals in full.");
            }

            groups.Add(new MemberGroup(profile, (int)members[i + 1], Number(members[i + 2]), (string)members[i + 3]!));
        }

        groups.Sort((a, b) => string.CompareOrdinal(a.Profile, b.Profile));
        return new FleetCensus(FleetStateFields.Read((RedisResult[])reply[2]!), Number(reply[0]), Number(reply[1]), groups.DrainToImmutable());
    }

    public async ValueTask<bool> TryReplaceAsync(FleetCensus census, FleetState replacement, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(census);
        ArgumentNullException.ThrowIfNull(replacement);

        // An epoch names one state for ever.
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(replacement.Epoch, census.State.Epoch);
        var channel = await _channel.FullNameAsync(cancellationToken).ConfigureAwait(false);
        var reply = (RedisResult[])(await _scripts.RunAsync(
            FleetScripts.Replace,
            _allKeys,
            [census.State.Epoch, census.Revision, replacement.Epoch, channel, .. FleetStateFields.Write(replacement)],
            cancellationToken).ConfigureAwait(false))!;
        if (reply.Length > 1)
        {
            Log.NotPublished(_logger, _keys.Channel);
        }

        return (int)reply[0] == 1;
    }

    public async ValueTask<IReadOnlyList<FleetRecord>> ReadMembersAsync(CancellationToken cancellationToken)
    {
        var reply = (RedisResult[])(await _scripts.RunAsync(FleetScripts.Members, _allKeys, [], cancellationToken).ConfigureAwait(false))!;
        return await new FleetRoll(_keys, reply).ReadAsync(_connection, cancellationToken).ConfigureAwait(false);
    }

    public IDisposable OnChanged(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return _channel.Add(callback);
    }

    public void Dispose() => _channel.Dispose();

    /// <summary>A process has one profile: it is checked and named once. What is no profile is refused here, before anybody counts it.</summary>
    private string IdOf(string profile)
    {
        var last = _profile;
        if (last.Text != profile)
        {
            ContractProfile.Parse(profile);
            _profile = last = new Profiled(profile, ProfileId(profile));
        }

        return last.Id;
    }

    private static string ProfileId(string profile) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(profile)).AsSpan(0, ProfileIdBytes));

    private static long Number(RedisResult result) => long.Parse((string)result!, NumberStyles.None, CultureInfo.InvariantCulture);

    private sealed record Profiled(string Text, string Id);
}
