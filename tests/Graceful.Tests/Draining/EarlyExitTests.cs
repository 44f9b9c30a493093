namespace Graceful.Tests;

/// <summary>When the lame duck may end before the propagation delay. The last fifth of a second of it goes to closing idle connections.</summary>
public sealed class EarlyExitTests : IDisposable
{
    private static readonly TimeSpan IdleClosing = TimeSpan.FromSeconds(0.2);
    private readonly DrainKit _kit = new();

    [Fact]
    public async Task EarlyExit_NothingArrivesAtAll_ComesAtTheMinimum()
    {
        Assert.Equal(TimeSpan.FromSeconds(2) + IdleClosing, await LameDuckAsync());
        Assert.True(_kit.Report.EarlyExit);
        Assert.Contains("2 CloseIdle(0.2)", _kit.Journal.Lines);
    }

    [Fact]
    public async Task EarlyExit_AlwaysQuiet_NotBeforeTheMinimum()
    {
        _kit.Options.QuietPeriod = TimeSpan.FromMilliseconds(100);
        _kit.Options.MinimumPropagation = TimeSpan.FromSeconds(3);

        Assert.Equal(TimeSpan.FromSeconds(3) + IdleClosing, await LameDuckAsync());
    }

    [Fact]
    public async Task EarlyExit_QuietPeriodIsLongerThanTheMinimum_WaitsForIt()
    {
        // Silence from before the request to leave does not count: nobody had a reason to stop routing.
        _kit.Options.QuietPeriod = TimeSpan.FromSeconds(3);

        Assert.Equal(TimeSpan.FromSeconds(3) + IdleClosing, await LameDuckAsync());
    }

    [Fact]
    public async Task EarlyExit_ARequestJustBeforeTheMinimum_StartsTheQuietPeriodAnew()
    {
        var exit = await LameDuckAsync(at: 1.9, () => _kit.Traffic.BeginRequest().End());

        Assert.Equal(TimeSpan.FromSeconds(2.9) + IdleClosing, exit);
        Assert.Equal(1, _kit.Report.LateArrivals);
    }

    [Fact]
    public async Task EarlyExit_AByteOnANewConnection_StartsTheQuietPeriodAnew() =>
        Assert.Equal(TimeSpan.FromSeconds(2.9) + IdleClosing, await LameDuckAsync(at: 1.9, _kit.Traffic.Byte));

    [Fact]
    public async Task EarlyExit_AConnectionWithoutAByte_IsNoArrival() =>
        Assert.Equal(TimeSpan.FromSeconds(2) + IdleClosing, await LameDuckAsync(at: 1.9, () => _kit.Traffic.OpenConnection()));

    [Fact]
    public async Task EarlyExit_MinimumEqualsTheDelay_IsOff()
    {
        _kit.Options.MinimumPropagation = _kit.Options.PropagationDelay;

        Assert.Equal(TimeSpan.FromSeconds(5), await LameDuckAsync());
        Assert.False(_kit.Report.EarlyExit);
    }

    [Theory]
    [InlineData(0, 2)] // Never a request: the quiet period alone decides.
    [InlineData(600, 2)] // Ten a second: half a second of silence would be evidence, so the quiet period and the minimum decide.
    [InlineData(100, 3)] // One in 0.6 s: five that did not come are 3 s.
    [InlineData(80, 3.75)] // One in 0.75 s.
    public async Task EarlyExit_TheSilenceMustBeLongForTheRateSoFar(int requestsInAMinute, double expected)
    {
        _kit.Traffic.ServedBefore(requestsInAMinute);

        Assert.Equal(TimeSpan.FromSeconds(expected) + IdleClosing, await LameDuckAsync(readyFor: TimeSpan.FromMinutes(1)));
        Assert.True(_kit.Report.EarlyExit);
    }

    [Theory]
    [InlineData(30)] // One in two seconds: no silence within the delay means anything.
    [InlineData(1)]
    public async Task EarlyExit_ARareRequest_IsNeverBelievedToBeOver(int requestsInAMinute)
    {
        _kit.Traffic.ServedBefore(requestsInAMinute);

        Assert.Equal(TimeSpan.FromSeconds(5), await LameDuckAsync(readyFor: TimeSpan.FromMinutes(1)));
        Assert.False(_kit.Report.EarlyExit);
    }

    [Fact]
    public async Task EarlyExit_ARequestStillRuns_DoesNotPreventIt()
    {
        // It has arrived; what runs is waited for by the drain itself.
        await _kit.ReadyForAsync();
        var request = _kit.Traffic.BeginRequest();
        _kit.Leave();
        await _kit.Clock.UntilAsync(() => _kit.Journal.Count("BeginDrain") == 1);

        Assert.Equal(TimeSpan.FromSeconds(2) + IdleClosing, _kit.Clock.Now);
        Assert.Equal(0, _kit.Stops);
        request.End();
        await _kit.UntilStoppedAsync();
    }

    public void Dispose() => _kit.Dispose();

    private async Task<TimeSpan> LameDuckAsync(double at = 0, Action? then = null, TimeSpan readyFor = default)
    {
        await _kit.ReadyForAsync(readyFor);
        _kit.Leave();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(at));
        then?.Invoke();
        await _kit.Clock.UntilAsync(() => _kit.Journal.Count("BeginDrain") == 1);
        var duration = _kit.Journal.At("BeginDrain") - readyFor;
        await _kit.UntilStoppedAsync();
        Assert.Equal(duration, _kit.Report.LameDuck);
        return duration;
    }
}
