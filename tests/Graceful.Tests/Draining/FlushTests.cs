namespace Graceful.Tests;

public sealed class FlushTests : IDisposable
{
    private readonly DrainKit _kit = new();

    public FlushTests() => _kit.Options.PropagationDelay = TimeSpan.Zero;

    [Fact]
    public async Task Participants_RunInOrderAndThoseOfOneOrderTogether()
    {
        _kit.AddParticipant("last", order: 10);
        _kit.AddParticipant("first", Seconds(0.5), order: -5);
        _kit.AddParticipant("middle", Seconds(0.5));
        _kit.AddParticipant("middle too", Seconds(0.25));

        await LeaveAsync();

        Assert.Equal(TimeSpan.Zero, _kit.Journal.At("first"));
        Assert.Equal(TimeSpan.FromSeconds(0.5), _kit.Journal.At("middle"));
        Assert.Equal(TimeSpan.FromSeconds(0.5), _kit.Journal.At("middle too"));
        Assert.Equal(TimeSpan.FromSeconds(1), _kit.Journal.At("last"));
        Assert.Equal(TimeSpan.FromSeconds(1), _kit.Journal.At("stop"));
        Assert.Equal(TimeSpan.FromSeconds(1), _kit.Report.Flushing);
        Assert.True(_kit.Report.IsClean);
    }

    [Fact]
    public async Task Participants_RunAfterTheLastRequestAndBeforeTheStop()
    {
        _kit.AddParticipant("flush");
        var request = _kit.Traffic.BeginRequest();
        await _kit.ReadyForAsync();
        _kit.Leave();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(3));
        Assert.Equal(0, _kit.Journal.Count("flush"));

        request.End();
        await _kit.UntilStoppedAsync();

        Assert.Equal(["phase Flushing", "flush", "phase Stopped", "stop"], _kit.Journal.Names.TakeLast(4));
    }

    [Theory]
    [InlineData(4, 5)] // The default.
    [InlineData(1, 5)]
    [InlineData(0.25, 5)]
    [InlineData(4, 0.5)]
    public async Task Participants_TheDrainUsedAllItsTime_TheirTokenIsLive(double reserve, double limit)
    {
        _kit.Options.FlushReserve = TimeSpan.FromSeconds(reserve);
        _kit.Traffic.BeginRequest().EndsOnAbort = false;
        var flush = _kit.AddParticipant("flush", token => Task.Delay(TestClock.Step, _kit.Clock, token), limit: TimeSpan.FromSeconds(limit));

        await LeaveAsync();

        Assert.True(flush.HadLiveToken);
        Assert.DoesNotContain(_kit.Report.Held, h => h.Kind == DrainHolderKind.Participant);
        Assert.True(_kit.Report.Total <= _kit.Options.Budget);
    }

    [Fact]
    public async Task Participants_OneThrows_TheOthersRunAndTheReportNamesIt()
    {
        _kit.AddParticipant("throws", _ => throw new InvalidOperationException("thrown on purpose"));
        var together = _kit.AddParticipant("together");
        var later = _kit.AddParticipant("later", order: 1);

        await LeaveAsync();

        Assert.Equal((1, 1), (together.Runs, later.Runs));
        Assert.Equal(new DrainHolder(DrainHolderKind.Participant, "throws", TimeSpan.Zero, DrainOutcome.Failed), Assert.Single(_kit.Report.Held));
        Assert.False(_kit.Report.IsClean);
        Assert.Equal("thrown on purpose", Assert.Single(_kit.Log.All, l => l.Event.Name == "ParticipantFailed").Exception!.Message);
    }

    [Fact]
    public async Task Participants_OneIsCancelledByItself_HasFailed()
    {
        _kit.AddParticipant("cancelled", _ => throw new OperationCanceledException("thrown on purpose"));

        await LeaveAsync();

        Assert.Equal(DrainOutcome.Failed, Assert.Single(_kit.Report.Held).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Participants_OneHangs_IsLeftBehindAtItsLimit(bool honoursItsToken)
    {
        _kit.AddParticipant("hangs", Hang(honoursItsToken), limit: TimeSpan.FromSeconds(3));
        var later = _kit.AddParticipant("later", order: 1);

        await LeaveAsync();

        Assert.Equal(TimeSpan.FromSeconds(3), _kit.Journal.At("later"));
        Assert.True(later.HadLiveToken);
        Assert.Equal(
            new DrainHolder(DrainHolderKind.Participant, "hangs", TimeSpan.FromSeconds(3), DrainOutcome.TimedOut), Assert.Single(_kit.Report.Held));
        Assert.False(_kit.Report.IsClean);
        Assert.Equal(1, _kit.Log.Count("ParticipantLate"));
    }

    /// <summary>It is left behind in any case; the token is for the one that can still give up in order.</summary>
    [Fact]
    public async Task Participants_OneHangs_ItsTokenIsCancelledAtItsLimit()
    {
        _kit.AddParticipant(
            "hangs",
            async token =>
            {
                await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _kit.Journal.Add("told");
            },
            limit: TimeSpan.FromSeconds(3));

        await LeaveAsync();

        await _kit.Clock.UntilAsync(() => _kit.Journal.Count("told") == 1);
    }

    [Fact]
    public async Task Participants_OneHangsWhenTheDrainUsedAllItsTime_LaterOrdersStillGetALiveToken()
    {
        _kit.Traffic.BeginRequest();
        _kit.AddParticipant("hangs", Hang(honoursItsToken: false), limit: TimeSpan.FromMinutes(1));
        _kit.AddParticipant("hangs too", Hang(honoursItsToken: true), order: 1, limit: TimeSpan.FromMinutes(1));
        var later = _kit.AddParticipant("later", order: 2);

        await LeaveAsync();

        Assert.True(later.HadLiveToken);
        Assert.Equal(1, later.Runs);
    }

    [Fact]
    public async Task Participants_OneHangsLongerThanTheReserve_HalfOfItIsLeftForTheHostedServices()
    {
        _kit.Traffic.BeginRequest();
        _kit.AddParticipant("hangs", Hang(honoursItsToken: false), limit: TimeSpan.FromMinutes(1));

        await LeaveAsync();

        Assert.Equal(TimeSpan.FromSeconds(23), _kit.Report.Total);
        Assert.Equal(TimeSpan.FromSeconds(2), _kit.Coordinator.BudgetLeft);
    }

    [Fact]
    public async Task Participants_WithoutALimitOfTheirOwn_HaveTheReserve()
    {
        var flush = _kit.AddParticipant("flush", Seconds(1), limit: Timeout.InfiniteTimeSpan);

        await LeaveAsync();

        Assert.True(flush.HadLiveToken);
        Assert.True(_kit.Report.IsClean);
    }

    [Fact]
    public async Task Participants_NothingElseUsedTheBudget_MayUseIt()
    {
        _kit.AddParticipant("large", Seconds(15), limit: TimeSpan.FromMinutes(1));

        await LeaveAsync();

        Assert.True(_kit.Report.IsClean);
        Assert.Equal(TimeSpan.FromSeconds(15), _kit.Report.Flushing);
    }

    public void Dispose() => _kit.Dispose();

    private Func<CancellationToken, Task> Seconds(double seconds) => token => Task.Delay(TimeSpan.FromSeconds(seconds), _kit.Clock, token);

    private Func<CancellationToken, Task> Hang(bool honoursItsToken) =>
        token => Task.Delay(Timeout.InfiniteTimeSpan, _kit.Clock, honoursItsToken ? token : CancellationToken.None);

    private async Task LeaveAsync()
    {
        await _kit.ReadyForAsync();
        _kit.Leave();
        await _kit.UntilStoppedAsync();
    }
}
