namespace Graceful.Tests;

public sealed class DrainReportTests : IDisposable
{
    private readonly DrainKit _kit = new();

    [Fact]
    public async Task Report_ADrainWithEverything_HasTheNumbers()
    {
        _kit.Options.MinimumPropagation = _kit.Options.PropagationDelay;
        _kit.AddParticipant("outbox", token => Task.Delay(TimeSpan.FromSeconds(1), _kit.Clock, token));
        await _kit.ReadyForAsync(TimeSpan.FromSeconds(7));
        var atStart = _kit.Traffic.BeginRequest("GET /slow");
        var work = _kit.Coordinator.TrackWork("order 17");
        _kit.Traffic.BeginStream("GET /events");
        _kit.Traffic.OpenConnection();
        _kit.Traffic.OpenConnection();

        _kit.Leave("test");
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        _kit.Traffic.BeginRequest().End();
        _kit.Traffic.BeginRequest().End();
        work.Dispose();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(11));
        atStart.End();
        await _kit.UntilStoppedAsync();

        var report = _kit.Report;
        Assert.Equal("test", report.Reason);
        Assert.Equal(_kit.Clock.Start + TimeSpan.FromSeconds(7), report.StartedAt);
        Assert.Equal(TimeSpan.FromSeconds(5), report.LameDuck);
        Assert.Equal(TimeSpan.FromSeconds(7) + TestClock.Step, report.Draining);
        Assert.Equal(TimeSpan.FromSeconds(1), report.Flushing);
        Assert.Equal(TimeSpan.FromSeconds(13) + TestClock.Step, report.Total);
        Assert.Equal(TimeSpan.FromSeconds(12) - TestClock.Step, report.UnusedBudget);
        Assert.False(report.EarlyExit);
        Assert.Equal((3, 2, 2L), (report.RequestsAtStart, report.ConnectionsAtStart, report.LateArrivals));
        Assert.Equal((0, 1, 2), (report.RequestsAborted, report.StreamsAborted, report.ConnectionsAborted));
        Assert.False(report.IsClean);
        Assert.Equal(["127.0.0.1:50000", "127.0.0.1:50000", "GET /events", "GET /slow"], report.Held.Select(h => h.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Report_OfADrainByApi_HasWhatIsKnownByThen()
    {
        await _kit.ReadyForAsync();

        var report = await _kit.Clock.UntilAsync(_kit.Coordinator.DrainAsync("preStop"));

        Assert.Equal(TimeSpan.Zero, report.Flushing);
        Assert.Equal(TimeSpan.FromSeconds(2.2), report.Total);
        Assert.Equal(TimeSpan.FromSeconds(22.8), report.UnusedBudget);
        Assert.True(report.EarlyExit);
    }

    [Theory]
    [InlineData(DrainHolderKind.Request, DrainOutcome.Finished, true)]
    [InlineData(DrainHolderKind.Stream, DrainOutcome.Finished, true)]
    [InlineData(DrainHolderKind.Connection, DrainOutcome.Aborted, true)] // No request was on it.
    [InlineData(DrainHolderKind.Participant, DrainOutcome.Failed, false)]
    [InlineData(DrainHolderKind.Participant, DrainOutcome.TimedOut, false)]
    [InlineData(DrainHolderKind.Work, DrainOutcome.Aborted, false)]
    [InlineData(DrainHolderKind.Request, DrainOutcome.Aborted, false)]
    [InlineData(DrainHolderKind.Stream, DrainOutcome.Aborted, false)]
    public void IsClean_IsAboutWhatWasLost(DrainHolderKind kind, DrainOutcome outcome, bool clean) =>
        Assert.Equal(clean, new DrainReport { Reason = "test", StartedAt = default, Held = [new DrainHolder(kind, "name", default, outcome)] }.IsClean);

    [Fact]
    public void IsClean_CountersWithoutAnEntry_Count()
    {
        var clean = new DrainReport { Reason = "test", StartedAt = default };

        Assert.True(clean.IsClean);
        Assert.False((clean with { RequestsAborted = 1 }).IsClean);
        Assert.False((clean with { StreamsAborted = 1 }).IsClean);
        Assert.True((clean with { ConnectionsAborted = 1 }).IsClean);
    }

    public void Dispose() => _kit.Dispose();
}
