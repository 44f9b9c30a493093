using System.Net;
using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Scenarios;

/// <summary>Hosts without a web server.</summary>
public sealed class WorkerTests
{
    private static readonly AppSettings LongLameDuck = new() { PropagationDelay = AppSettings.Endless };

    [Fact]
    public async Task Sigterm_ItemInHand_FinishesItAndTakesNoMore()
    {
        var file = Path.Combine(Path.GetTempPath(), $"ready-{Guid.NewGuid():N}");
        try
        {
            await File.WriteAllTextAsync(file, "left behind by one that was killed", TestContext.Current.CancellationToken);
            var settings = LongLameDuck.With("Graceful__Probes__ReadinessFile", file).With("Item", "00:00:02");
            await using var app = await AppProcess.StartReadyAsync("worker", settings);
            await app.EventAsync("item-begun 1");
            await Poll.UntilAsync(() => File.Exists(file) && !File.ReadAllText(file).StartsWith("left", StringComparison.Ordinal), () => "The readiness file does not appear.");

            app.Signal(Signals.Term);

            // Not ready as soon as it is asked to leave, while the item is still worked on.
            await Poll.UntilAsync(() => !File.Exists(file), () => "The readiness file does not go.");
            app.Output.AssertNever("phase Flushing");

            // No web server, so no lame duck; the drain waits for the item.
            TimeAssert.AtMost(2, await app.ExitsCleanlyAsync());
            app.Output.AssertOrder("drain-started", "item-ended", "phase Flushing", "phase Stopped", "stopping", "stopped", "exit");
            var events = app.Output.Events;
            Assert.Equal(events.Count(e => e.StartsWith("item-begun", StringComparison.Ordinal)), events.Count(e => e.StartsWith("item-ended", StringComparison.Ordinal)));
            Assert.True(app.Output.Has("no-more-items"));
            Assert.True(app.Report.IsClean);
            Assert.False(File.Exists(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Sigterm_ItemLongerThanTheBudget_IsLeftBehindAndReported()
    {
        var settings = (LongLameDuck with { PropagationDelay = TimeSpan.Zero, Budget = TimeSpan.FromSeconds(5), FlushReserve = TimeSpan.FromSeconds(3) })
            .With("Item", "01:00:00");
        await using var app = await AppProcess.StartReadyAsync("worker", settings);
        await app.EventAsync("item-begun");

        app.Signal(Signals.Term);

        var after = await app.ExitsCleanlyAsync();
        TimeAssert.AtLeast(2, after);
        TimeAssert.AtMost(5, after);
        app.Output.AssertOrder("drain-started", "phase Flushing", "stopping", "stopped", "exit");
        Assert.False(app.Report.IsClean);
        Assert.Contains("work item", app.Report.Held, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sigterm_WorkerWithProbes_AnswersThemUntilTheItemIsDone()
    {
        var settings = (LongLameDuck with { Probes = true }).With("Item", "00:00:02");
        await using var app = await AppProcess.StartReadyAsync("worker-probes", settings);
        await app.EventAsync("item-begun");
        Assert.Equal(HttpStatusCode.OK, await app.ProbeAsync("/readyz"));
        Assert.Equal(HttpStatusCode.OK, await app.ProbeAsync("/startupz"));

        app.Signal(Signals.Term);
        await app.EventAsync("drain-started");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await app.ProbeAsync("/readyz"));
        Assert.Equal(HttpStatusCode.OK, await app.ProbeAsync("/livez"));
        TimeAssert.AtMost(2, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder("drain-started", "item-ended", "phase Flushing", "stopping", "exit");
        Assert.True(app.Report.IsClean);
    }
}
