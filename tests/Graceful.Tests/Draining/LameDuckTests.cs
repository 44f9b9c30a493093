namespace Graceful.Tests;

public sealed class LameDuckTests : IDisposable
{
    private readonly DrainKit _kit = new();

    [Fact]
    public async Task LameDuck_WhileRequestsArrive_LastsForThePropagationDelay()
    {
        await _kit.ReadyForAsync();
        _kit.Leave();

        await KeepArrivingAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(TimeSpan.FromSeconds(5), _kit.Journal.At("BeginDrain"));
        await _kit.UntilStoppedAsync();
        Assert.Equal(TimeSpan.FromSeconds(5), _kit.Report.LameDuck);
        Assert.False(_kit.Report.EarlyExit);
    }

    [Fact]
    public async Task LameDuck_PropagationDelayIsSet_IsThatLong()
    {
        _kit.Options.PropagationDelay = TimeSpan.FromSeconds(10);
        await _kit.ReadyForAsync();
        _kit.Leave();

        await KeepArrivingAsync(TimeSpan.FromSeconds(11));

        Assert.Equal(1, _kit.Journal.Count("BeginLameDuck"));
        Assert.Contains("0 BeginLameDuck(10)", _kit.Journal.Lines);
        Assert.Equal(TimeSpan.FromSeconds(10), _kit.Journal.At("BeginDrain"));
        await _kit.UntilStoppedAsync();
    }

    [Theory]
    [InlineData(5, 4, 1)]
    [InlineData(10, 9, 1)]
    [InlineData(2, 1.6, 0.4)]
    public async Task LameDuck_IdleConnections_AreClosedInItsLastPart(double delay, double from, double window)
    {
        _kit.Options.PropagationDelay = _kit.Options.MinimumPropagation = TimeSpan.FromSeconds(delay);
        await _kit.ReadyForAsync();

        _kit.Leave();
        await _kit.UntilStoppedAsync();

        Assert.Contains($"{from} CloseIdle({window})", _kit.Journal.Lines);
        Assert.Equal(TimeSpan.FromSeconds(delay), _kit.Journal.At("BeginDrain"));
    }

    [Fact]
    public async Task LameDuck_NoSourceIsActive_IsSkipped()
    {
        _kit.Traffic.IsActive = false;
        await _kit.ReadyForAsync();

        _kit.Leave();
        await _kit.UntilStoppedAsync();

        AssertSkipped();
    }

    [Theory]
    [InlineData(InstancePhase.Starting)]
    [InlineData(InstancePhase.WarmingUp)]
    public async Task LameDuck_NeverReady_IsSkipped(InstancePhase phase)
    {
        _kit.Lifecycle.Advance(phase);

        _kit.Leave();
        await _kit.UntilStoppedAsync();

        AssertSkipped();
    }

    [Fact]
    public async Task LameDuck_NoPropagationDelay_IsSkipped()
    {
        _kit.Options.PropagationDelay = TimeSpan.Zero;
        await _kit.ReadyForAsync();

        _kit.Leave();
        await _kit.UntilStoppedAsync();

        AssertSkipped();
    }

    [Fact]
    public async Task LameDuck_WithoutAnySource_IsSkipped()
    {
        using var worker = new DrainKit(sources: []);
        await worker.ReadyForAsync();

        worker.Leave();
        await worker.UntilStoppedAsync();

        Assert.Equal(TimeSpan.Zero, worker.Report.Total);
    }

    [Fact]
    public async Task LameDuck_OneOfTwoSourcesIsActive_BothAreToldEverything()
    {
        var clock = new TestClock();
        var journals = new[] { new Journal(clock), new Journal(clock) };
        using var kit = new DrainKit(clock, [new FakeTraffic(clock, journals[0]) { IsActive = false }, new FakeTraffic(clock, journals[1])]);
        await kit.ReadyForAsync();

        kit.Leave();
        await kit.UntilStoppedAsync();

        Assert.Equal(["BeginLameDuck(5)", "CloseIdle(0.2)", "BeginDrain"], journals[0].Names);
        Assert.Equal(journals[0].Names, journals[1].Names);
    }

    [Fact]
    public async Task LameDuck_InMaintenance_StillHappens()
    {
        // Readiness was taken away, but balancers may not have noticed yet, and open connections are still used.
        await _kit.ReadyForAsync();
        using var maintenance = _kit.Lifecycle.BeginMaintenance("reindexing");

        _kit.Leave();
        await _kit.UntilStoppedAsync();

        Assert.Equal(1, _kit.Journal.Count("BeginLameDuck"));
    }

    public void Dispose() => _kit.Dispose();

    private void AssertSkipped()
    {
        Assert.Equal(0, _kit.Journal.Count("BeginLameDuck"));
        Assert.Equal(0, _kit.Journal.Count("CloseIdle"));
        Assert.Equal(1, _kit.Journal.Count("BeginDrain"));
        Assert.Equal(TimeSpan.Zero, _kit.Report.LameDuck);
        Assert.False(_kit.Report.EarlyExit);
    }

    private async Task KeepArrivingAsync(TimeSpan duration)
    {
        for (var passed = TimeSpan.Zero; passed < duration; passed += TimeSpan.FromMilliseconds(500))
        {
            _kit.Traffic.BeginRequest().End();
            await _kit.Clock.AdvanceAsync(TimeSpan.FromMilliseconds(500));
        }
    }
}
