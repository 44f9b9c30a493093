using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>
/// ONE BEAT and what follows from it:
/// <code>
///   tell the store: still here, this build, this epoch is acknowledged
///   the store knows less than this instance   → tell it (merge), before anything it says is believed
///   the store knows nothing                   → forming
///   the ticket to decide                      → one step of the state machine
///   then install what holds now, and judge: a member that serves, or incompatible
/// </code>
/// </summary>
internal sealed partial class FleetRenewal(
    TimedFleetStore store,
    FleetSteering steering,
    FleetOptions options,
    ContractCatalog catalog,
    MemberTimings timings,
    SelfDescription self,
    MemberState member,
    LevelGate gate,
    FenceClock fence,
    SharedFaults shared,
    MismatchText words,
    FleetMetrics metrics,
    TimeProvider time,
    ILogger<FleetRenewal> logger)
{
    private readonly QuietRenewal _quiet = new();
    private readonly long _begun = time.GetTimestamp();
    private long _sequence;
    private FleetState? _store;
    private string? _toldInfo;
    private string? _observed;
    private bool _failing;

    /// <summary>Whether the last beat asked to withdraw.</summary>
    public bool AskedToWithdraw { get; private set; }

    /// <param name="mayBeQuiet">Whether it is only due: one that something has happened for is a beat.</param>
    /// <returns>True when the next beat should follow at once.</returns>
    public async Task<bool> RunAsync(bool mayBeQuiet)
    {
        gate.Poll();
        var info = self.ToJson();
        var news = info == _toldInfo ? null : info;
        AskedToWithdraw = shared.First is not null;

        // Past the fence it is a newcomer to the others, also where it goes on serving (FailOpen).
        var beat = new FleetBeat(
            self.Id, ++_sequence, catalog.Profile, gate.Acknowledged, _store?.Epoch ?? 0, member.Standing == FleetStanding.Serving, AskedToWithdraw, options.LeaseDuration, news);
        var sent = fence.Now;
        var started = time.GetTimestamp();
        try
        {
            if (await RenewAsync(beat, mayBeQuiet).ConfigureAwait(false) is not { } reply)
            {
                return true;
            }

            metrics.Beat(reply.Status.ToString(), time.GetElapsedTime(started));
            if (reply.Status == BeatStatus.Stale)
            {
                return false;
            }

            member.Answered(reply, started, AskedToWithdraw);
            _toldInfo = reply.NeedsInfo && news is null ? null : info;
            var again = await FollowAsync(beat, reply, sent).ConfigureAwait(false);
            Recovered();
            return again || gate.Acknowledged != beat.Acknowledged || (reply.NeedsInfo && news is null);
        }
        catch (Exception exception)
        {
            metrics.Beat("Failed", time.GetElapsedTime(started));
            _quiet.Forget();
            Failed(exception);
            return false;
        }
    }

    /// <returns>Null when the short form was not enough: the beat says what holds then, not what held before it.</returns>
    private async Task<BeatReply?> RenewAsync(FleetBeat beat, bool mayBeQuiet)
    {
        var sent = time.GetElapsedTime(_begun);
        if (mayBeQuiet && _quiet.Begin(beat, sent) is { } leaseEnds)
        {
            return _quiet.End(await store.RenewAsync(self.Id, leaseEnds).ConfigureAwait(false), sent);
        }

        _quiet.Forget();
        var reply = await store.BeatAsync(beat).ConfigureAwait(false);
        _quiet.Answered(beat, reply, sent);
        return reply;
    }

    private async Task<bool> FollowAsync(FleetBeat beat, BeatReply reply, long sent)
    {
        _store = reply.State ?? (reply.Epoch == 0 ? FleetState.None : reply.Epoch == beat.KnownEpoch ? _store : null);
        if (_store is not { } state || (reply.Status == BeatStatus.NoState && state.Epoch != 0 && !state.IsForming))
        {
            // Not what it said it is. Ask for all of it.
            _store = null;
            return true;
        }

        if (gate.State is { } witness && ContractMachine.Lacks(state, witness, beat.IsServing))
        {
            // Until the store has been told, the renewal does not count: it renewed a lease in a fleet that forgot what may exist.
            if (await steering.MergeAsync(witness, beat.IsServing).ConfigureAwait(false) is not { } merged)
            {
                return true;
            }

            state = merged;
        }
        else if (reply.Status is BeatStatus.Held or BeatStatus.NoState)
        {
            if (reply is { Status: BeatStatus.Held, MayDecide: true } && !member.IsServing)
            {
                // Joins by what it has been told, like any other: the census that fell to it is no reason to serve later.
                await JudgeAsync(beat, reply.Status, state, sent).ConfigureAwait(false);
            }

            state = (state.Epoch == 0 ? await steering.FormAsync().ConfigureAwait(false) : reply.MayDecide ? await steering.DecideAsync(reply.Now).ConfigureAwait(false) : null)
                ?? await steering.AdoptAsync(state).ConfigureAwait(false)
                ?? state;
        }

        else if (reply.Live == 0)
        {
            // Refused by a fleet of nobody: no member is there to let the window narrow.
            state = await steering.DecideAsync(reply.Now).ConfigureAwait(false) ?? state;
        }

        _store = state;
        if (state.Epoch != 0 && !state.IsForming)
        {
            return await JudgeAsync(beat, reply.Status, state, sent).ConfigureAwait(false);
        }

        // Nobody begins to serve, and whoever serves by what it knows goes on: the store has been told that, and changes nothing.
        if (member.IsServing)
        {
            if (beat.IsServing)
            {
                fence.Renewed(sent);
            }

            return false;
        }

        if (catalog.Contracts.IsEmpty)
        {
            fence.Renewed(sent); // It writes nothing that anybody would have to agree on.
        }

        var wait = state.Epoch == 0 ? timings.Forming.ExclusionWait : state.ExclusionWait;
        member.Forming($"the fleet's store has no record: waiting up to {LevelForecast.Words(wait)} for instances that know what was written before");
        return state.Epoch == 0;
    }

    private async Task<bool> JudgeAsync(FleetBeat beat, BeatStatus status, FleetState state, long sent)
    {
        Install(state);
        state = gate.State!;

        // A store renews a live lease without looking. What this build does not cover, it must not serve, whoever widened the window and however.
        var mismatches = ContractMachine.Check(state, catalog.Declared, isReturning: beat.IsServing);
        var enforced = mismatches.Where(m => !catalog.IsObserved(m.Contract)).ToImmutableArray();
        if (!enforced.IsEmpty)
        {
            member.Incompatible(await words.DescribeAsync(enforced, state).ConfigureAwait(false));
            if (status != BeatStatus.Incompatible)
            {
                await store.LeaveAsync(self.Id, options.RenewInterval).ConfigureAwait(false);
            }

            return false;
        }

        if (status == BeatStatus.Incompatible && mismatches.IsEmpty)
        {
            // Refused by a state that is no longer the newest. Nothing is known for sure until the store says yes.
            member.Incompatible("the fleet's store has refused this build by a state that has changed since; asking again");
            return false;
        }

        fence.Renewed(sent);
        member.Joined(mismatches.IsEmpty ? null : Observe(await words.DescribeAsync(mismatches, state).ConfigureAwait(false), mismatches));
        return false;
    }

    private void Install(FleetState state)
    {
        var before = gate.State;
        gate.Install(state);
        if (gate.State is not { } after || after == before)
        {
            return;
        }

        foreach (var contract in catalog.Contracts)
        {
            var was = before?.Contracts.GetValueOrDefault(contract.Name);
            var now = after.Contracts.GetValueOrDefault(contract.Name);
            if (now is not null && (was is null || (was.Active, was.Low, was.High, was.Mode) != (now.Active, now.Low, now.High, now.Mode)))
            {
                Log.LevelChanged(logger, contract.Name, now.Active, now.Low, now.High, now.Mode, after.Epoch);
            }
        }

        member.Changed();
    }

    private string Observe(string text, ImmutableArray<ContractMismatch> mismatches)
    {
        var key = string.Join(';', mismatches);
        if (key != _observed)
        {
            _observed = key;
            Log.WouldRefuse(logger, text);
        }

        return text;
    }

    private void Failed(Exception exception)
    {
        // The type only: what a store's message holds is not for a probe.
        member.Failed($"the store failed ({exception.GetType().Name})");
        if (!_failing)
        {
            _failing = true;
            Log.Failed(logger, exception);
        }
    }

    private void Recovered()
    {
        if (_failing)
        {
            _failing = false;
            Log.Recovered(logger);
        }
    }
}
