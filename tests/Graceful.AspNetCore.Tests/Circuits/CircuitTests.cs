using Graceful.AspNetCore.Tests.Testing;

namespace Graceful.AspNetCore.Tests.Circuits;

/// <summary>A page between two hosts with one ring of keys, the first of which drains.</summary>
public sealed class CircuitTests
{
    private readonly InMemoryKeyRingStore _ring = new(TimeProvider.System);

    [Fact]
    public async Task Drain_ThePagePauses_AndResumesElsewhereWithItsState()
    {
        await using var leaving = await CircuitApp.StartAsync(_ring);
        await using var other = await CircuitApp.StartAsync(_ring);
        await using var browser = await Browser.OpenAsync(leaving);
        await Assert.Single(leaving.Counters().All.Keys).SetAsync(7);
        await browser.RendersAsync("kept 7, lost 7");
        var drain = leaving.DrainAsync();

        await browser.Paused.Within("the pause");
        var report = await drain;
        Assert.False(await browser.ReconnectAsync(other));
        Assert.True(await browser.ResumeAsync());

        await browser.RendersAsync("kept 7, lost 0");
        Assert.Equal(["Blazor.pauseCircuit", "Blazor.defaultReconnectionHandler.onConnectionUp"], browser.Calls);
        Assert.Empty(browser.Errors);
        Assert.Equal((0, true), (report.StreamsAborted, report.IsClean));
        Assert.True(report.Draining < CircuitApp.Grace / 2);
        Assert.Empty(leaving.Log.Named("CircuitsNotPaused"));

        // On one machine the hosts would share a folder of keys anyhow.
        Assert.NotEmpty(await _ring.ReadAsync(default));
    }

    /// <summary>As it is without <c>AddCircuits</c>, and as it was: closed like every hub's connection, with nothing to resume with.</summary>
    [Fact]
    public async Task Drain_WithoutAddCircuits_IsAHubLikeEveryOther()
    {
        await using var leaving = await CircuitApp.StartAsync(_ring, withCircuits: false);
        await using var other = await CircuitApp.StartAsync(_ring);
        await using var browser = await Browser.OpenAsync(leaving);

        var report = await leaving.DrainAsync();

        Assert.Null(await browser.Closed.Task.Within("the close message"));
        Assert.Equal((0, true), (report.StreamsAborted, report.IsClean));
        Assert.Empty(browser.Calls);
        Assert.False(await browser.ReconnectAsync(other));
        Assert.False(await browser.ResumeAsync());
    }

    /// <summary>A circuit of blazor.server.js would be resumed without its components, and its page be dead.</summary>
    [Fact]
    public async Task Drain_ComponentsFromTheStart_IsAHubLikeEveryOther()
    {
        await using var leaving = await CircuitApp.StartAsync(_ring);
        await using var browser = await Browser.OpenServerPageAsync(leaving);

        var report = await leaving.DrainAsync();

        Assert.Null(await browser.Closed.Task.Within("the close message"));
        Assert.True(report.IsClean);
        Assert.Empty(browser.Calls);
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Drain_Disabled_DoesNothing()
    {
        await using var app = await CircuitApp.StartAsync(_ring, options: o => o.Enabled = false);
        await using var browser = await Browser.OpenAsync(app);

        await app.DrainAsync();

        Assert.Equal(0, app.Pauses().Count);
        Assert.Empty(browser.Calls);
        Assert.False(browser.Closed.Task.IsCompleted);
    }

    /// <summary>The framework answers a pause before the state is out, unless nothing has to be waited for.</summary>
    [Fact]
    public async Task Pause_StateTakesAWhile_IsAnsweredBehindIt()
    {
        await using var leaving = await CircuitApp.StartAsync(_ring);
        await using var browser = await Browser.OpenAsync(leaving);
        leaving.Counters().Persisting = () => Task.Delay(300);
        var drain = leaving.DrainAsync();

        await browser.Paused.Within("the pause");

        Assert.True(browser.HadItsState);
        Assert.True((await drain).IsClean);
    }

    [Fact]
    public async Task Pause_StateIsOut_IsAnsweredAtOnce()
    {
        var grace = TimeSpan.FromMinutes(1);
        await using var leaving = await CircuitApp.StartAsync(_ring, options: o => (o.Drain.StreamGrace, o.Drain.Budget) = (grace, 2 * grace));
        await using var browser = await Browser.OpenAsync(leaving);
        var drain = leaving.DrainAsync();

        await browser.Paused.Within("the pause");

        Assert.True(browser.HadItsState);
        Assert.True((await drain).Draining < grace / 10);
    }

    /// <summary>Its acknowledgement is stuck behind another invocation, which waits for the pause.</summary>
    [Fact]
    public async Task Pause_AcknowledgementInTheWay_IsAnsweredAfterAWhile()
    {
        await using var leaving = await CircuitApp.StartAsync(_ring);
        await using var browser = await Browser.OpenAsync(leaving);
        browser.ClicksBeforeItHasItsState = true;
        var drain = leaving.DrainAsync();

        await browser.Paused.Within("the pause");

        Assert.True(browser.HadItsState);
        var report = await drain;
        Assert.Equal((0, true), (report.StreamsAborted, report.IsClean));
        Assert.True(report.Draining < CircuitApp.Grace * 0.7);
    }

    [Fact]
    public async Task Click_BehindThePause_IsNoError()
    {
        await using var leaving = await CircuitApp.StartAsync(_ring);
        await using var browser = await Browser.OpenAsync(leaving);
        browser.ClicksBeforeItLeaves = true;
        var drain = leaving.DrainAsync();

        await browser.Paused.Within("the pause");

        Assert.Empty(browser.Errors);
        Assert.True((await drain).IsClean);
    }

    [Fact]
    public async Task ClientThatDoesNotPause_IsClosedWithinTheGrace()
    {
        await using var leaving = await CircuitApp.StartAsync(_ring);
        await using var browser = await Browser.OpenAsync(leaving);
        browser.Pauses = false;

        var report = await leaving.DrainAsync();

        Assert.Null(await browser.Closed.Task.Within("the close message"));
        Assert.Equal((0, true), (report.StreamsAborted, report.IsClean));
        Assert.InRange(report.Draining, CircuitApp.Grace * 0.75, CircuitApp.Grace);
        Assert.Contains("1 Blazor circuits, of 1 ", Assert.Single(leaving.Log.Named("CircuitsNotPaused")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CircuitWhoseClientIsGone_IsNotWaitedFor()
    {
        await using var leaving = await CircuitApp.StartAsync(_ring);
        await using (await Browser.OpenAsync(leaving))
        {
            Assert.Equal(1, leaving.Pauses().Count);
        }

        await Eventually.True(() => leaving.Pauses().Count == 0, "it is forgotten, though it is kept for a client that comes back");
        Assert.Single(leaving.Counters().All);

        Assert.True((await leaving.DrainAsync()).Draining < CircuitApp.Grace / 2);
    }
}
