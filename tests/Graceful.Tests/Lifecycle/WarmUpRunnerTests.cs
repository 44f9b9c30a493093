namespace Graceful.Tests;

public sealed class WarmUpRunnerTests : IDisposable
{
    private readonly TestClock _clock = new();
    private readonly LogLines _log = new();
    private readonly Journal _journal;
    private readonly InstanceLifecycle _lifecycle;
    private readonly WarmUpOptions _options = new();
    private readonly CancellationTokenSource _leave = new();

    public WarmUpRunnerTests()
    {
        _journal = new Journal(_clock);
        _lifecycle = new InstanceLifecycle(_clock, _log.Create<InstanceLifecycle>());
    }

    [Fact]
    public async Task Run_WithoutTasks_IsReadyAtOnce()
    {
        await _clock.UntilAsync(Run());

        Assert.Equal(InstancePhase.Ready, _lifecycle.Phase);
        Assert.Equal(TimeSpan.Zero, _clock.Now);
    }

    [Fact]
    public async Task Run_TasksOfSeveralOrders_LowerOrdersEndBeforeHigherBegin()
    {
        var run = Run(Task("late", order: 2), Task("early", order: -1), Task("middle"), Task("middle too"));

        await _clock.UntilAsync(run);

        // Each takes a second; the two of one order share theirs.
        Assert.Equal(TimeSpan.Zero, _journal.At("early"));
        Assert.Equal(TimeSpan.FromSeconds(1), _journal.At("middle"));
        Assert.Equal(TimeSpan.FromSeconds(1), _journal.At("middle too"));
        Assert.Equal(TimeSpan.FromSeconds(2), _journal.At("late"));
        Assert.Equal(InstancePhase.Ready, _lifecycle.Phase);
    }

    [Fact]
    public async Task Run_MoreTasksThanMayRunAtOnce_TheRestWait()
    {
        _options.Parallelism = 2;
        var running = 0;
        var most = 0;
        var tasks = Enumerable.Range(0, 5).Select(i => Task($"{i}", async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Delay(1);
            Interlocked.Decrement(ref running);
        }));

        await _clock.UntilAsync(Run([.. tasks]));

        Assert.Equal(2, most);
        Assert.Equal(TimeSpan.FromSeconds(3), _clock.Now);
    }

    [Fact]
    public async Task Run_WhileATaskRuns_IsWarmingUp()
    {
        var run = Run(Task("cache"));
        await _clock.SettleAsync();

        Assert.Equal(InstancePhase.WarmingUp, _lifecycle.Phase);
        Assert.Equal("phase is WarmingUp", _lifecycle.NotReadyReason);
        await _clock.UntilAsync(run);
    }

    [Fact]
    public async Task Run_FailingTask_KeepsNotReadyWithAReasonThatHoldsNoExceptionText()
    {
        var fails = true;
        var run = Run(Task("cache", _ => fails ? throw new InvalidOperationException("password=secret") : System.Threading.Tasks.Task.CompletedTask));
        await _clock.SettleAsync();

        Assert.Equal("warm-up task 'cache' failed (attempt 1)", _lifecycle.NotReadyReason);
        Assert.Equal("password=secret", Assert.Single(_log.All, l => l.Event.Name == "WarmUpFailed").Exception!.Message);

        fails = false;
        await _clock.UntilAsync(run);
        Assert.True(_lifecycle.IsReady);
    }

    [Fact]
    public async Task Run_FailingTask_IsRetriedWithAGrowingDelayUpToTheLongest()
    {
        _options.RetryDelay = TimeSpan.FromSeconds(1);
        _options.MaxRetryDelay = TimeSpan.FromSeconds(5);
        var attempts = new List<double>();
        _ = Run(Task("cache", _ =>
        {
            attempts.Add(_clock.Now.TotalSeconds);
            throw new InvalidOperationException("thrown on purpose");
        }));

        await _clock.UntilAsync(() => attempts.Count == 6);

        Assert.Equal([0, 1, 3, 7, 12, 17], attempts);
        Assert.Equal("warm-up task 'cache' failed (attempt 6)", _lifecycle.NotReadyReason);
        await EndAsync();
    }

    [Fact]
    public async Task Run_TwoFailingTasks_TheReasonNamesBoth()
    {
        _ = Run(Task("b", Fail), Task("a", Fail), Task("fine"));
        await _clock.SettleAsync();

        Assert.Equal("warm-up task 'a' failed (attempt 1); warm-up task 'b' failed (attempt 1)", _lifecycle.NotReadyReason);
        await EndAsync();
    }

    [Fact]
    public async Task Run_TaskPastItsTimeLimit_IsCancelledAndTriedAgain()
    {
        var tokens = new List<CancellationToken>();
        var run = Run(Task("slow", async token =>
        {
            tokens.Add(token);
            await System.Threading.Tasks.Task.Delay(tokens.Count == 1 ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, _clock, token);
        }, limit: TimeSpan.FromSeconds(4)));

        await _clock.UntilAsync(() => _log.Count("WarmUpFailed") == 1);
        Assert.Equal(TimeSpan.FromSeconds(4), _clock.Now);
        Assert.True(tokens[0].IsCancellationRequested);
        Assert.Equal("warm-up task 'slow' took longer than its limit (attempt 1)", _lifecycle.NotReadyReason);

        await _clock.UntilAsync(run);
        Assert.Equal(InstancePhase.Ready, _lifecycle.Phase);
    }

    [Fact]
    public async Task Run_TaskThatIgnoresItsToken_DoesNotHoldWarmUpForEver()
    {
        var attempts = 0;
        var run = Run(Task("deaf", _ => ++attempts == 1 ? new TaskCompletionSource().Task : System.Threading.Tasks.Task.CompletedTask, limit: TimeSpan.FromSeconds(4)));

        await _clock.UntilAsync(run);

        Assert.Equal(2, attempts);
        Assert.Equal(TimeSpan.FromSeconds(5), _clock.Now);
    }

    [Fact]
    public async Task Run_AskedToLeaveWhileATaskRuns_EndsAndIsNeverReady()
    {
        var run = Run(Task("cache", token => System.Threading.Tasks.Task.Delay(Timeout.InfiniteTimeSpan, _clock, token)), Task("next", order: 1));
        await _clock.SettleAsync();

        await _leave.CancelAsync();
        await _clock.UntilAsync(run);

        Assert.Equal(InstancePhase.WarmingUp, _lifecycle.Phase);
        Assert.Equal(0, _journal.Count("next"));
        Assert.Equal(1, _log.Count("WarmUpCancelled"));
    }

    [Fact]
    public async Task Run_AskedToLeaveWhileItWaitsToTryAgain_Ends()
    {
        var run = Run(Task("cache", Fail));
        await _clock.SettleAsync();

        await _leave.CancelAsync();
        await _clock.SettleAsync();

        Assert.True(run.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Run_AskedToLeaveBeforeItWithNothingToDo_IsNeverReady()
    {
        await _leave.CancelAsync();

        await Run();

        Assert.Equal(InstancePhase.WarmingUp, _lifecycle.Phase);
    }

    [Fact]
    public async Task Run_LeavingBegunMeanwhile_DoesNotGoBackToReady()
    {
        var run = Run(Task("cache"));
        await _clock.SettleAsync();
        _lifecycle.Advance(InstancePhase.Draining);

        await _clock.UntilAsync(run);

        Assert.Equal(InstancePhase.Draining, _lifecycle.Phase);
    }

    public void Dispose() => _leave.Dispose();

    private static Task Fail(CancellationToken token) => throw new InvalidOperationException("thrown on purpose");

    private Task Delay(int seconds) => System.Threading.Tasks.Task.Delay(TimeSpan.FromSeconds(seconds), _clock);

    private FakeWarmUpTask Task(string name, Func<CancellationToken, Task>? warmUp = null, int order = 0, TimeSpan? limit = null) =>
        new(name, order, limit ?? TimeSpan.FromSeconds(30), token =>
        {
            _journal.Add(name);
            return warmUp is null ? Delay(1) : warmUp(token);
        });

    private Task Run(params IWarmUpTask[] tasks) =>
        new WarmUpRunner(tasks, _lifecycle, _options, _clock, _log.Create<WarmUpRunner>()).RunAsync(_leave.Token);

    private async Task EndAsync()
    {
        await _leave.CancelAsync();
        await _clock.SettleAsync();
    }

    private sealed class FakeWarmUpTask(string name, int order, TimeSpan limit, Func<CancellationToken, Task> warmUp) : IWarmUpTask
    {
        public string Name => name;

        public int Order => order;

        public TimeSpan TimeLimit => limit;

        public Task WarmUpAsync(CancellationToken cancellationToken) => warmUp(cancellationToken);
    }
}
