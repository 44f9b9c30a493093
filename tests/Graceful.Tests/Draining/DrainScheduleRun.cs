namespace Graceful.Tests;

/// <summary>Lives through a <see cref="DrainSchedule"/> and remembers what <see cref="DrainScheduleTests"/> judges.</summary>
internal sealed class DrainScheduleRun : IDisposable
{
    private static readonly TimeSpan OneSignal = TimeSpan.FromMilliseconds(250);
    private readonly DrainSchedule _schedule;
    private readonly List<(FakeItem Item, int EndsAt)> _ends = [];
    private readonly List<IDisposable> _work = [];
    private readonly Dictionary<object, TimeSpan> _cameAt = [];
    private readonly List<(IDisposable Work, int EndsAt)> _workEnds = [];
    private Task? _hostStop;
    private TimeSpan? _lastSignal;
    private int _signals;
    private int _step;

    public DrainScheduleRun(DrainSchedule schedule)
    {
        _schedule = schedule;
        Kit = new DrainKit(options: schedule.ToOptions());
        Kit.Traffic.IsActive = schedule.Active;
        Kit.Traffic.ServedBefore(schedule.Served);
        Kit.Lifecycle.Advance(schedule.Phase);
        Kit.Clock.Advance(schedule.ReadyFor * TestClock.Step);
        Kit.Lifecycle.OnPhaseChanged(PhaseChanged);
        Kit.Traffic.DrainBegun += () => EndToldStreams();
        for (var i = 0; i < schedule.Flushes.Count; i++)
        {
            var flush = schedule.Flushes[i];
            Kit.AddParticipant($"flush-{i}", token => FlushAsync(flush, token), flush.Order, flush.Limit * TestClock.Step);
        }
    }

    public DrainKit Kit { get; }

    /// <summary>When the drain began, on the clock; null when it never did.</summary>
    public TimeSpan? Began { get; private set; }

    public TimeSpan DrainEnds => Began!.Value + Kit.Options.Budget - Kit.Options.FlushReserve;

    public TimeSpan? ThirdSignal { get; private set; }

    public TimeSpan? SecondSignal { get; private set; }

    public List<InstancePhase> Phases { get; } = [];

    /// <summary>What the drain left running when it went on to the flush; what had been cut does not count.</summary>
    public int RunningAtFlush { get; private set; }

    /// <summary>The same for each caller of <c>DrainAsync</c> that was not answered at once, when it was.</summary>
    public List<(TimeSpan At, int Running)> Answers { get; } = [];

    public long RequestsBefore { get; private set; }

    public int LateArrivals { get; private set; }

    public TimeSpan LastArrivalBeforeCloseIdle { get; private set; }

    /// <summary>Whether somebody asked for <c>StopApplication()</c>, by signal or otherwise, before the flush had ended.</summary>
    public bool StopWasAskedInTime { get; private set; }

    public bool HostWasStoppedDirectly => _hostStop is not null;

    public bool Ended => Kit.Stops > 0 || _hostStop is { IsCompleted: true };

    public List<string> StopFaults { get; } = [];

    public void Run()
    {
        var last = _schedule.Asks.Max(a => a.At);
        var longest = last + (Kit.Options.Budget / TestClock.Step) + 100;
        int? ended = null;
        for (_step = 0; _step <= longest && !(ended + 40 <= _step && _step > last); _step++)
        {
            EndWhatIsDue();
            foreach (var arrival in _schedule.Arrivals.Where(a => a.At == _step && !Ended))
            {
                Arrive(arrival);
            }

            foreach (var asked in _schedule.Asks.Where(a => a.At == _step))
            {
                Do(asked.Ask);
                TestClock.Settle();
            }

            Kit.Clock.Advance(TestClock.Step);
            TestClock.Settle();
            ended ??= Ended ? _step : null;
        }
    }

    public void Dispose() => Kit.Dispose();

    private void Arrive(Arrival arrival)
    {
        var ends = arrival.Lasts is { } lasts ? _step + lasts : int.MaxValue;
        if (arrival.Kind == DrainHolderKind.Work)
        {
            var work = Kit.Coordinator.TrackWork("work");
            _work.Add(work);
            _cameAt[work] = Kit.Clock.Now;
            _workEnds.Add((work, ends));
            return;
        }

        var item = arrival.Kind switch
        {
            DrainHolderKind.Request => Kit.Traffic.BeginRequest(),
            DrainHolderKind.Stream => Kit.Traffic.BeginStream(),
            _ => Kit.Traffic.OpenConnection(),
        };
        _cameAt[item] = Kit.Clock.Now;
        item.EndsOnAbort = arrival.EndsWhenCut;
        item.EndsWhenTold = arrival.EndsWhenTold && arrival.Kind != DrainHolderKind.Request;
        _ends.Add((item, item.EndsWhenTold && Kit.Lifecycle.Phase >= InstancePhase.Draining ? _step : ends));
        if (arrival.Kind != DrainHolderKind.Connection)
        {
            LateArrivals += Began is null || Kit.Lifecycle.Phase >= InstancePhase.Flushing ? 0 : 1;
            LastArrivalBeforeCloseIdle = Kit.Journal.Count("CloseIdle") == 0 ? Kit.Clock.Now : LastArrivalBeforeCloseIdle;
        }
    }

    private void EndWhatIsDue()
    {
        _ends.Where(e => e.EndsAt <= _step).ToList().ForEach(e => e.Item.End());
        _ends.RemoveAll(e => e.EndsAt <= _step);
        _workEnds.Where(e => e.EndsAt <= _step).ToList().ForEach(e => e.Work.Dispose());
        _work.RemoveAll(w => _workEnds.Any(e => e.Work == w && e.EndsAt <= _step));
    }

    private void EndToldStreams() => Kit.Traffic.Open.Where(i => i.EndsWhenTold).ToList().ForEach(i => i.End());

    private void Do(Ask ask)
    {
        if (Began is null)
        {
            Began = Kit.Clock.Now;
            RequestsBefore = Kit.Traffic.GetSnapshot().TotalRequests;
        }

        switch (ask)
        {
            case Ask.Signal:
                CountSignal();
                NoteStop();
                Kit.Coordinator.SignalReceived("SIGTERM", skipLameDuck: false);
                Kit.Coordinator.Leave("StopApplication", Stop);
                break;
            case Ask.StopApplication:
                NoteStop();
                Kit.Coordinator.Leave("StopApplication", Stop);
                break;
            case Ask.DrainByApi:
                Kit.Coordinator.SelfStop = () => Kit.Coordinator.Leave("deadline", Stop);
                var drain = Kit.Coordinator.DrainAsync("preStop");
                if (!drain.IsCompleted)
                {
                    _ = drain.ContinueWith(
                        _ => Answers.Add((Kit.Clock.Now, Running())), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                }

                break;
            default:
                _hostStop = Kit.Coordinator.LeaveAsync("host.StopAsync");
                break;
        }
    }

    private void NoteStop() => StopWasAskedInTime |= Kit.Coordinator.Report is null;

    /// <summary>Signals close together are one.</summary>
    private void CountSignal()
    {
        var now = Kit.Clock.Now;
        if (_lastSignal is { } last && now - last < OneSignal)
        {
            return;
        }

        _lastSignal = now;
        _signals++;
        SecondSignal = _signals == 2 ? now : SecondSignal;
        ThirdSignal = _signals == 3 ? now : ThirdSignal;
    }

    private void Stop()
    {
        Kit.Journal.Add("stop");
        if (Kit.Lifecycle.Phase != InstancePhase.Stopped || Kit.Coordinator.Report is null)
        {
            StopFaults.Add($"stopped in {Kit.Lifecycle.Phase}");
        }
    }

    private void PhaseChanged(InstancePhase phase)
    {
        Phases.Add(phase);
        Kit.Journal.Add($"phase {phase}");
        if (phase == InstancePhase.Flushing)
        {
            RunningAtFlush = Running();
        }
    }

    /// <summary>Of what came before the deadline; what comes later is past everything that a drain can promise.</summary>
    private int Running() =>
        Kit.Traffic.Open.Count(i => !i.IsAborted && i.Kind != DrainHolderKind.Connection && _cameAt[i] < DrainEnds) + _work.Count(w => _cameAt[w] < DrainEnds);

    private async Task FlushAsync(Flush flush, CancellationToken token)
    {
        switch (flush.Manner)
        {
            case FlushManner.Throws:
                throw new InvalidOperationException("thrown on purpose");
            case FlushManner.CancelsItself:
                throw new OperationCanceledException("thrown on purpose");
            case FlushManner.Hangs:
                await Task.Delay(Timeout.InfiniteTimeSpan, Kit.Clock, token);
                break;
            case FlushManner.HangsDeafly:
                await Task.Delay(Timeout.InfiniteTimeSpan, Kit.Clock, CancellationToken.None);
                break;
            default:
                await Task.Delay(flush.Takes * TestClock.Step, Kit.Clock, CancellationToken.None);
                if (flush.Manner == FlushManner.ThrowsLater)
                {
                    throw new InvalidOperationException("thrown on purpose");
                }

                break;
        }
    }
}
