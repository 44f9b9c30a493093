namespace Graceful;

/// <summary>
/// THE ORDER. One drain, from the request to leave to the last connection:
/// <code>
///   announce      phase LameDuck: readiness falls (by policy), DrainStarted fires
///   lame duck     everything is served; connections close on their next response, with rising probability;
///                 idle connections last, longest idle first
///   drain         phase Draining: drain tokens fire, streams are told to end, new streams refused, connections closed
///   stream grace  over: streams and connections without an ordinary request are cut
///   deadline      (budget less flush reserve): everything else is cut
/// then, when the process is to end (<see cref="FlushSequence"/>, <see cref="DrainCoordinator"/>):
///   flush         phase Flushing: participants, fresh token
///   stop          phase Stopped: ApplicationStopping, hosted services, exit 0
/// </code>
/// </summary>
internal sealed class DrainSequence(
    DrainOptions options, InstanceLifecycle lifecycle, TrafficSources sources, WorkTracker work, TimeProvider time)
    : IDisposable
{
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan HolderInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestSettling = TimeSpan.FromMilliseconds(500);

    /// <summary>Expected arrivals that must have failed to appear before silence is believed to mean "no longer routed to".</summary>
    private const double QuietEvidence = 5;

    private readonly HolderLog _holders = new(time);
    private readonly List<TrafficItem> _cut = [];
    private TrafficSnapshot _atStart;
    private bool _allCut;

    /// <summary>The second signal: no lame duck.</summary>
    public CancellationTokenSource Hurry { get; } = new();

    /// <summary>How long what was cut may take to unwind. It comes out of the reserve, of which the flush must keep most.</summary>
    private TimeSpan Settling => Min(LongestSettling, options.FlushReserve / 4);

    /// <summary>The third signal: cut everything.</summary>
    public CancellationTokenSource Abort { get; } = new();

    public void Dispose()
    {
        Hurry.Dispose();
        Abort.Dispose();
    }

    public async Task<DrainReport> RunAsync(string reason, DrainClock clock, Action announce)
    {
        var readyFor = lifecycle.TimeInPhase;
        _atStart = sources.GetSnapshot();
        var requestsAtStart = _atStart.Requests + _atStart.Streams + work.Count;
        var wasReady = lifecycle.Phase == InstancePhase.Ready;
        lifecycle.Advance(InstancePhase.LameDuck);
        announce();

        // Nobody was ever told to route to an instance that was never ready, nor to one that does not listen.
        var early = wasReady && sources.IsActive && await LameDuckAsync(readyFor).ConfigureAwait(false);
        var lameDuck = clock.Elapsed;

        lifecycle.Advance(InstancePhase.Draining);
        _holders.Start();
        sources.BeginDrain();
        if (!await WaitUntilEmptyAsync(Min(lameDuck + options.StreamGrace, clock.DrainEnds), clock).ConfigureAwait(false))
        {
            Cut(sources.AbortStreams());
            await EndRequestsAsync(clock, connectionsUntil: clock.Elapsed + Settling).ConfigureAwait(false);
        }

        return Account(clock, new DrainReport
        {
            Reason = reason,
            StartedAt = clock.StartedAt,
            LameDuck = lameDuck,
            Draining = clock.Elapsed - lameDuck,
            EarlyExit = early,
            RequestsAtStart = requestsAtStart,
            ConnectionsAtStart = _atStart.Connections,
        });
    }

    /// <summary>For whoever joins after the drain: what arrived since then also ends before the flush, or is cut and told.</summary>
    public async Task<DrainReport> EndStragglersAsync(DrainReport report, DrainClock clock)
    {
        var before = clock.Elapsed;
        if (!_allCut)
        {
            // Connections with nothing on them have been told to close; the server's own stop closes the rest.
            await EndRequestsAsync(clock, connectionsUntil: TimeSpan.Zero).ConfigureAwait(false);
        }

        return Account(clock, report with { Draining = report.Draining + (clock.Elapsed - before) });
    }

    private async Task EndRequestsAsync(DrainClock clock, TimeSpan connectionsUntil)
    {
        if (!await WaitUntilEmptyAsync(clock.DrainEnds, clock, connectionsUntil).ConfigureAwait(false))
        {
            _allCut = true;
            Cut([.. sources.AbortAll(), .. work.GetItems()]);
            await WaitUntilEmptyAsync(clock.Elapsed + Settling, clock).ConfigureAwait(false);
        }
    }

    private void Cut(List<TrafficItem> items)
    {
        _holders.Aborted(items);
        _cut.AddRange(items);
    }

    private DrainReport Account(DrainClock clock, DrainReport report) => report with
    {
        Total = clock.Elapsed,
        UnusedBudget = clock.Left,
        LateArrivals = sources.GetSnapshot().TotalRequests - _atStart.TotalRequests,
        RequestsAborted = _cut.Count(i => i.Kind is DrainHolderKind.Request or DrainHolderKind.Work),
        StreamsAborted = _cut.Count(i => i.Kind == DrainHolderKind.Stream),
        ConnectionsAborted = _cut.Count(i => i.Kind == DrainHolderKind.Connection),
        Held = [.. sources.Faults, .. _holders.ToList()],
    };

    /// <returns>True when it ended early because nothing arrived any more.</returns>
    private async Task<bool> LameDuckAsync(TimeSpan readyFor)
    {
        var delay = options.PropagationDelay;
        if (delay <= TimeSpan.Zero)
        {
            return false;
        }

        var start = time.GetTimestamp();
        var idleWindow = Min(TimeSpan.FromSeconds(1), delay / 5);
        var quiet = QuietNeeded(readyFor, _atStart.TotalRequests);
        sources.BeginLameDuck(delay);
        while (time.GetElapsedTime(start) < delay - idleWindow)
        {
            if (!await PauseAsync(PollInterval, Hurry.Token).ConfigureAwait(false))
            {
                return false;
            }

            var elapsed = time.GetElapsedTime(start);
            if (elapsed >= options.MinimumPropagation && QuietFor(start) >= quiet)
            {
                // Nobody is there to be surprised: a fifth of the window is spread enough.
                sources.CloseIdle(idleWindow / 5);
                await PauseAsync(idleWindow / 5, Hurry.Token).ConfigureAwait(false);
                return true;
            }
        }

        sources.CloseIdle(idleWindow);
        await PauseAsync(delay - time.GetElapsedTime(start), Hurry.Token).ConfigureAwait(false);
        return false;
    }

    /// <summary>
    /// A second without a request says nothing about an instance that gets one every two seconds: the silence must be long enough for
    /// <see cref="QuietEvidence"/> requests to have come at the rate seen so far. With no request ever, the quiet period alone decides.
    /// </summary>
    private TimeSpan QuietNeeded(TimeSpan readyFor, long requestsBefore)
    {
        if (requestsBefore == 0)
        {
            return options.QuietPeriod;
        }

        var needed = readyFor * (QuietEvidence / requestsBefore);
        return needed > options.QuietPeriod ? needed : options.QuietPeriod;
    }

    private TimeSpan QuietFor(long start)
    {
        var last = Math.Max(sources.GetSnapshot().LastArrival, start);
        return time.GetElapsedTime(last);
    }

    /// <param name="until">On the clock of the drain.</param>
    /// <param name="clock">The clock of the drain.</param>
    /// <param name="connectionsUntil">From here on open connections with nothing on them do not count: they have been cut.</param>
    private async Task<bool> WaitUntilEmptyAsync(TimeSpan until, DrainClock clock, TimeSpan? connectionsUntil = null)
    {
        var sampled = clock.Elapsed;
        while (true)
        {
            var now = sources.GetSnapshot();
            var busy = now.Requests > 0 || now.Streams > 0 || work.Count > 0;
            if (!busy && (now.Connections == 0 || clock.Elapsed >= connectionsUntil))
            {
                return true;
            }

            if (clock.Elapsed >= until || !await PauseAsync(Min(PollInterval, until - clock.Elapsed), Abort.Token).ConfigureAwait(false))
            {
                return false;
            }

            if (clock.Elapsed - sampled >= HolderInterval)
            {
                sampled = clock.Elapsed;
                _holders.Seen([.. sources.GetItems(), .. work.GetItems()]);
            }
        }
    }

    /// <returns>False when <paramref name="cut"/> fired.</returns>
    private async Task<bool> PauseAsync(TimeSpan duration, CancellationToken cut)
    {
        if (duration > TimeSpan.Zero)
        {
            await Task.Delay(duration, time, cut).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return !cut.IsCancellationRequested;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
