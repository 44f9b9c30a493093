namespace Graceful.Tests;

/// <summary>What may stay for how long once the lame duck has ended; here it ends at 0, and the budget less the reserve is 21 s.</summary>
public sealed class GraceAndDeadlineTests : IDisposable
{
    private readonly DrainKit _kit = new();

    public GraceAndDeadlineTests() => _kit.Options.PropagationDelay = TimeSpan.Zero;

    [Fact]
    public async Task Stream_EndsWhenToldTo_IsNotCut()
    {
        var stream = _kit.Traffic.BeginStream();
        _kit.Traffic.DrainBegun += stream.End;

        await LeaveAsync();

        Assert.Equal(0, _kit.Journal.Count("AbortStreams"));
        Assert.Equal(TimeSpan.Zero, _kit.Report.Total);
        Assert.True(_kit.Report.IsClean);
    }

    [Fact]
    public async Task Stream_IgnoresTheDrain_IsCutWhenItsGraceHasEnded()
    {
        var stream = _kit.Traffic.BeginStream("GET /events");

        await LeaveAsync();

        Assert.Equal(TimeSpan.FromSeconds(5), _kit.Journal.At("AbortStreams"));
        Assert.True(stream.IsAborted);
        Assert.Equal(0, _kit.Journal.Count("AbortAll"));
        Assert.Equal(1, _kit.Report.StreamsAborted);
        Assert.False(_kit.Report.IsClean);
        Assert.Equal(new DrainHolder(DrainHolderKind.Stream, "GET /events", TimeSpan.FromSeconds(5), DrainOutcome.Aborted), Assert.Single(_kit.Report.Held));
        Assert.Equal(1, _kit.Log.Count("DrainCut"));
    }

    [Fact]
    public async Task Stream_GraceIsSet_IsThatLong()
    {
        _kit.Options.StreamGrace = TimeSpan.FromSeconds(8);
        _kit.Traffic.BeginStream();

        await LeaveAsync();

        Assert.Equal(TimeSpan.FromSeconds(8), _kit.Journal.At("AbortStreams"));
    }

    /// <summary>As when the lame duck took longer than it should have.</summary>
    [Fact]
    public async Task Stream_GraceWouldEndAfterTheDeadline_IsCutAtTheDeadline()
    {
        _kit.Options.StreamGrace = TimeSpan.FromSeconds(60);
        _kit.Traffic.BeginStream();

        await LeaveAsync();

        Assert.Equal(TimeSpan.FromSeconds(21), _kit.Journal.At("AbortStreams"));
    }

    [Fact]
    public async Task Request_StillRunsAtTheEndOfTheStreamGrace_RunsOn()
    {
        var request = _kit.Traffic.BeginRequest();
        _kit.Leave();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(20.5));

        Assert.False(request.IsAborted);
        Assert.Equal(InstancePhase.Draining, _kit.Lifecycle.Phase);

        request.End();
        await _kit.UntilStoppedAsync();
        Assert.True(_kit.Report.IsClean);
        Assert.Equal(0, _kit.Journal.Count("AbortAll"));
        Assert.Equal(TimeSpan.FromSeconds(20.5) + TestClock.Step, _kit.Report.Draining);
        Assert.Equal(DrainOutcome.Finished, Assert.Single(_kit.Report.Held).Outcome);
    }

    [Fact]
    public async Task Request_StillRunsAtTheDeadline_IsCut()
    {
        var request = _kit.Traffic.BeginRequest("POST /api/checkout");

        await LeaveAsync();

        Assert.True(request.IsAborted);
        Assert.Equal(TimeSpan.FromSeconds(21), _kit.Journal.At("AbortAll"));
        Assert.Equal(1, _kit.Report.RequestsAborted);
        Assert.False(_kit.Report.IsClean);
        Assert.Equal(
            new DrainHolder(DrainHolderKind.Request, "POST /api/checkout", TimeSpan.FromSeconds(21), DrainOutcome.Aborted), Assert.Single(_kit.Report.Held));
    }

    [Fact]
    public async Task Request_HeldTheDrainUp_FromTheEndOfTheLameDuckOn()
    {
        _kit.Options.PropagationDelay = TimeSpan.FromSeconds(5);
        _kit.Traffic.BeginRequest();

        await LeaveAsync();

        Assert.True(_kit.Report.LameDuck > TimeSpan.FromSeconds(1));
        Assert.Equal(_kit.Journal.At("AbortAll") - _kit.Report.LameDuck, Assert.Single(_kit.Report.Held).Duration);
    }

    [Fact]
    public async Task Request_ThatWasCut_HasAMomentToUnwindBeforeTheFlush()
    {
        var request = _kit.Traffic.BeginRequest();
        request.EndsOnAbort = false;
        _kit.Leave();
        await _kit.Clock.UntilAsync(() => request.IsAborted);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromMilliseconds(100));
        Assert.Equal(InstancePhase.Draining, _kit.Lifecycle.Phase);

        request.End();
        await _kit.UntilStoppedAsync();

        // At the next look, not at the end of the time it could have had.
        Assert.Equal(TimeSpan.FromSeconds(21.1) + TestClock.Step, _kit.Report.Draining);
    }

    [Fact]
    public async Task Request_TheReserveIsSet_IsCutBeforeIt()
    {
        _kit.Options.FlushReserve = TimeSpan.FromSeconds(10);
        _kit.Traffic.BeginRequest();

        await LeaveAsync();

        Assert.Equal(TimeSpan.FromSeconds(15), _kit.Journal.At("AbortAll"));
    }

    [Fact]
    public async Task Request_ThatIgnoresItsAbort_DoesNotHoldTheExit()
    {
        _kit.Traffic.BeginRequest().EndsOnAbort = false;

        await LeaveAsync();

        Assert.True(_kit.Report.Total <= _kit.Options.Budget);
        Assert.Equal(1, _kit.Report.RequestsAborted);
    }

    [Fact]
    public async Task Connection_WithoutARequest_IsCutWithTheStreams()
    {
        var connection = _kit.Traffic.OpenConnection("127.0.0.1:50000");

        await LeaveAsync();

        Assert.True(connection.IsAborted);
        Assert.Equal(TimeSpan.FromSeconds(5), _kit.Report.Total);
        Assert.Equal(1, _kit.Report.ConnectionsAborted);
        Assert.True(_kit.Report.IsClean); // Nothing was lost: no request was on it.
    }

    [Fact]
    public async Task Connection_ThatDoesNotEvenEndWhenCut_HoldsTheExitForASettlingTimeOnly()
    {
        _kit.Traffic.OpenConnection().EndsOnAbort = false;

        await LeaveAsync();

        Assert.Equal(TimeSpan.FromSeconds(5.5), _kit.Report.Total);
    }

    [Fact]
    public async Task Connection_ARequestIsBesideIt_TheRequestIsWaitedFor()
    {
        _kit.Traffic.OpenConnection().EndsOnAbort = false;
        var request = _kit.Traffic.BeginRequest();
        _kit.Leave();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(15));
        Assert.Equal(0, _kit.Stops);

        request.End();
        await _kit.UntilStoppedAsync();

        Assert.Equal(TimeSpan.FromSeconds(15) + TestClock.Step, _kit.Report.Total);
        Assert.False(request.IsAborted);
    }

    [Fact]
    public async Task Connection_OpenedAfterTheStreamsWereCut_DoesNotHoldTheExit()
    {
        var request = _kit.Traffic.BeginRequest();
        _kit.Leave();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));
        _kit.Traffic.OpenConnection();

        request.End();
        await _kit.UntilStoppedAsync();

        Assert.Equal(TimeSpan.FromSeconds(10) + TestClock.Step, _kit.Report.Total);
    }

    [Fact]
    public async Task Work_IsWaitedForAsARequestIs()
    {
        var work = _kit.Coordinator.TrackWork("order 17");
        _kit.Leave();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(12));
        Assert.Equal(0, _kit.Stops);

        work.Dispose();
        await _kit.UntilStoppedAsync();

        Assert.True(_kit.Report.IsClean);
        Assert.Equal(1, _kit.Report.RequestsAtStart);
        Assert.Equal(new DrainHolder(DrainHolderKind.Work, "order 17", TimeSpan.FromSeconds(12), DrainOutcome.Finished), Assert.Single(_kit.Report.Held));
    }

    [Fact]
    public async Task Work_ThatNeverEnds_IsGivenUpAtTheDeadlineAndNamed()
    {
        using var work = _kit.Coordinator.TrackWork("order 17");

        await LeaveAsync();

        Assert.True(_kit.Report.Total <= _kit.Options.Budget);
        Assert.Equal(1, _kit.Report.RequestsAborted);
        var held = Assert.Single(_kit.Report.Held);
        Assert.Equal((DrainHolderKind.Work, "order 17", DrainOutcome.Aborted), (held.Kind, held.Name, held.Outcome));
    }

    [Fact]
    public async Task Stream_CutButSlowToUnwindBesideARequest_StaysReportedAsCut()
    {
        var stream = _kit.Traffic.BeginStream("GET /events");
        stream.EndsOnAbort = false;
        var request = _kit.Traffic.BeginRequest();
        _kit.Leave();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(6));

        stream.End();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        request.End();
        await _kit.UntilStoppedAsync();

        Assert.Equal(DrainOutcome.Aborted, Assert.Single(_kit.Report.Held, h => h.Kind == DrainHolderKind.Stream).Outcome);
    }

    public void Dispose() => _kit.Dispose();

    private async Task LeaveAsync()
    {
        await _kit.ReadyForAsync();
        _kit.Leave();
        await _kit.UntilStoppedAsync();
    }
}
