using Microsoft.Extensions.Logging;

namespace Graceful;

/// <summary>Runs every participant, order by order, each within its limit, whatever the others do.</summary>
internal sealed partial class FlushSequence(IEnumerable<IDrainParticipant> participants, TimeProvider time, ILogger<FlushSequence> logger)
{
    /// <returns>Who failed or was late.</returns>
    public async Task<IReadOnlyList<DrainHolder>> RunAsync(DrainClock clock, CancellationToken abort)
    {
        var faults = new List<DrainHolder>();
        var orders = participants.GroupBy(p => p.Order).OrderBy(g => g.Key).ToList();
        for (var i = 0; i < orders.Count; i++)
        {
            // An order that hangs must leave the later ones a token that is live.
            var share = clock.FlushLeft / (orders.Count - i);
            var results = await Task.WhenAll(orders[i].Select(p => RunOneAsync(p, share, abort))).ConfigureAwait(false);
            faults.AddRange(results.OfType<DrainHolder>());
        }

        return faults;
    }

    private async Task<DrainHolder?> RunOneAsync(IDrainParticipant participant, TimeSpan share, CancellationToken abort)
    {
        var start = time.GetTimestamp();
        var own = participant.TimeLimit;
        var limit = own != Timeout.InfiniteTimeSpan && own < share ? own : share;
        using var late = new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, time);
        using var token = CancellationTokenSource.CreateLinkedTokenSource(late.Token, abort);
        try
        {
            // Read before the task runs: when the token is cancelled already, the source may be disposed by then.
            var live = token.Token;

            // WaitAsync: one that ignores its token is left behind, not waited for.
            await Task.Run(() => participant.DrainAsync(live), CancellationToken.None).WaitAsync(live).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            Log.Late(logger, participant.Name, limit);
            return new DrainHolder(DrainHolderKind.Participant, participant.Name, time.GetElapsedTime(start), DrainOutcome.TimedOut);
        }
        catch (Exception exception)
        {
            Log.Failed(logger, exception, participant.Name);
            return new DrainHolder(DrainHolderKind.Participant, participant.Name, time.GetElapsedTime(start), DrainOutcome.Failed);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(130, LogLevel.Error, "Drain participant {Participant} failed; the others go on", EventName = "ParticipantFailed")]
        public static partial void Failed(ILogger logger, Exception exception, string participant);

        [LoggerMessage(131, LogLevel.Error, "Drain participant {Participant} passed its limit of {Limit} and is left behind", EventName = "ParticipantLate")]
        public static partial void Late(ILogger logger, string participant, TimeSpan limit);
    }
}
