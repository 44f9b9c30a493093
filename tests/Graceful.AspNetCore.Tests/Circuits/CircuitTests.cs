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
    }
}
