using System.Diagnostics;

namespace Graceful.Benchmarks;

/// <summary>A member without its runtime: the beats that the runtime would send, through the product's store, and the decisions that follow from them.</summary>
internal sealed class SimulatedMember(SimulatedConnection connection)
{
    /// <summary>No waits: the state comes to rest while the fleet starts.</summary>
    public static readonly LevelTimings Timings = new(TimeSpan.Zero, TimeSpan.FromMinutes(30));

    private const string Info = """{"v":"1.4.2","h":"orders-7d9c5b6f4-x2x9k","p":"Ready","s":"2026-01-01T00:00:00.0000000+00:00","a":["http://10.1.2.3:8080"]}""";

    private static readonly string Profile = ContractProfile.Format(
    [
        new("session", new ContractDeclaration(new LevelRange(1, 2), Retention: TimeSpan.FromMinutes(20))),
        new("orders", new ContractDeclaration(new LevelRange(3, 4))),
        new("db", new ContractDeclaration(new LevelRange(7, 8), Manual: true)),
    ]);

    private readonly QuietRenewal _quiet = new();
    private readonly string _id = Guid.NewGuid().ToString("N");
    private readonly long _begun = Stopwatch.GetTimestamp();
    private long _sequence;
    private long _known;
    private bool _told;

    public SimulatedConnection Connection => connection;

    public long Known => Volatile.Read(ref _known);

    public async Task BeatAsync(FleetMeter meter)
    {
        var beat = new FleetBeat(
            _id, Interlocked.Increment(ref _sequence), Profile, _known, _known, _known != 0, WantsWithdrawal: false, TimeSpan.FromSeconds(20), _told ? null : Info);
        try
        {
            var sent = Stopwatch.GetTimestamp();
            var reply = await RenewAsync(beat);
            meter.Beats.AddSince(sent);
            _told = true;
            if (reply.Epoch != 0)
            {
                Volatile.Write(ref _known, reply.Epoch);
            }

            if (reply.MayDecide)
            {
                await DecideAsync(meter);
            }
        }
        catch (RedisStoreException)
        {
            Interlocked.Increment(ref meter.Failures);
        }
    }

    /// <summary>As <c>FleetRenewal</c> does, which leaves a moment between the short form that was not enough and the beat.</summary>
    private async Task<BeatReply> RenewAsync(FleetBeat beat)
    {
        var sent = Stopwatch.GetElapsedTime(_begun);
        if (_quiet.Begin(beat, sent) is { } leaseEnds && _quiet.End(await connection.Store.RenewAsync(_id, leaseEnds, CancellationToken.None), sent) is { } quiet)
        {
            return quiet;
        }

        _quiet.Forget();
        sent = Stopwatch.GetElapsedTime(_begun);
        var reply = await connection.Store.BeatAsync(beat, CancellationToken.None);
        _quiet.Answered(beat, reply, sent);
        return reply;
    }

    /// <param name="meter">Takes the times.</param>
    /// <param name="always">Whether to write a state with a new epoch where nothing is to change.</param>
    public async Task DecideAsync(FleetMeter meter, bool always = false)
    {
        var asked = Stopwatch.GetTimestamp();
        var census = await connection.Store.TakeCensusAsync(CancellationToken.None);
        meter.Censuses.AddSince(asked);
        var next = census.State.Epoch == 0 ? ContractMachine.Form(census.Now, Timings) : ContractMachine.Decide(census, Timings);
        if (next is null && always)
        {
            next = census.State with { Epoch = ContractMachine.Fresh(census.State.Epoch, census.Now) };
        }

        if (next is not null)
        {
            var sent = Stopwatch.GetTimestamp();
            await connection.Store.TryReplaceAsync(census, next, CancellationToken.None);
            meter.Replacements.AddSince(sent);
        }
    }
}
