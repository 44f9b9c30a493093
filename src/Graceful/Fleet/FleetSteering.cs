using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>
/// The steps that change the fleet's state, each read-decide-compare-and-set on the one state machine. Whoever loses the race does nothing: the winner's state comes with the next beat.
/// </summary>
internal sealed partial class FleetSteering(TimedFleetStore store, MemberTimings timings, RaiseReminder reminder, ILogger<FleetSteering> logger)
{
    private const int MostAttempts = 3;

    /// <summary>A store with no record: forming begins, and ends at once when there is nothing to wait for.</summary>
    public async Task<FleetState?> FormAsync()
    {
        var census = await store.TakeCensusAsync().ConfigureAwait(false);
        if (census.State.Epoch != 0)
        {
            return null;
        }

        var forming = ContractMachine.Form(census.Now, timings.Forming);
        if (!await store.TryReplaceAsync(census, forming).ConfigureAwait(false))
        {
            return null;
        }

        return timings.Forming.ExclusionWait > TimeSpan.Zero ? forming : await DecideAsync(census.Now).ConfigureAwait(false) ?? forming;
    }

    /// <summary>The store knows less than this instance: it forgot, or failed over to a replica that was behind.</summary>
    /// <param name="witness">The newest state that this instance has installed.</param>
    /// <param name="isTrusted">Whether this instance serves and is not past its fence.</param>
    /// <returns>A state that holds what <paramref name="witness"/> knows; null when the race was lost.</returns>
    public async Task<FleetState?> MergeAsync(FleetState witness, bool isTrusted)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var census = await store.TakeCensusAsync().ConfigureAwait(false);
            if (!ContractMachine.Lacks(census.State, witness, isTrusted))
            {
                return census.State;
            }

            var merged = ContractMachine.Merge(census.State, witness, census.Now, isTrusted);
            if (await store.TryReplaceAsync(census, merged).ConfigureAwait(false))
            {
                Log.Reseeded(logger, census.State.Epoch, witness.Epoch, merged.Epoch);
                return merged;
            }
        }

        return null;
    }

    /// <summary>With the ticket, or where no ticket is needed because the caller is the only one who could.</summary>
    /// <param name="beat">The store's time of the beat that gave the ticket.</param>
    public async Task<FleetState?> DecideAsync(long beat)
    {
        var census = await store.TakeCensusAsync().ConfigureAwait(false);
        reminder.Look(census);
        var own = census.State.IsForming ? timings.Forming : timings.Levels;
        var next = Adopt(census) ?? ContractMachine.Decide(census, own, beat);
        return next is not null && await store.TryReplaceAsync(census, next).ConfigureAwait(false) ? next : null;
    }

    /// <summary>The fleet waits for too short a time for this member: every wait becomes at least this member's.</summary>
    public async Task<FleetState?> AdoptAsync(FleetState known)
    {
        if (known.ExclusionWait >= Own(known).ExclusionWait)
        {
            return null;
        }

        var census = await store.TakeCensusAsync().ConfigureAwait(false);
        var next = Adopt(census);
        return next is not null && await store.TryReplaceAsync(census, next).ConfigureAwait(false) ? next : null;
    }

    private LevelTimings Own(FleetState state) => state.IsForming ? timings.Forming : timings.Levels;

    private FleetState? Adopt(FleetCensus census) =>
        census.State.Epoch != 0 && census.State.ExclusionWait < Own(census.State).ExclusionWait ? ContractMachine.Adopt(census.State, Own(census.State), census.Now) : null;

    private static partial class Log
    {
        [LoggerMessage(156, LogLevel.Warning, "The fleet's store had lost what this instance knows (its epoch {Store}, known {Witness}): told it, epoch {Merged}", EventName = "FleetReseeded")]
        public static partial void Reseeded(ILogger logger, long store, long witness, long merged);
    }
}
