using System.Net;
using System.Text.Json;
using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.RollingUpdate.Tests.Scenarios;

/// <summary><c>/drain</c>, as a preStop hook calls it.</summary>
public sealed class DrainEndpointTests
{
    private static AppSettings Settings => new AppSettings { Probes = true }.With("Graceful__Probes__Drain__Enabled", "true");

    [Fact]
    public async Task Drain_ThenSigterm_AnswersFirstAndFlushesOnTheSignal()
    {
        await using var app = await AppProcess.StartReadyAsync("late-flush", Settings);
        var request = app.Http.GetStringAsync(new Uri("/slow?ms=1500", UriKind.Relative), TestContext.Current.CancellationToken);
        await app.EventAsync("request-begun");

        using (var answer = await app.PostProbeAsync("/drain", TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            using var report = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Equal("clean", report.RootElement.GetProperty("outcome").GetString());
        }

        // Blocking: the answer comes when nothing is left, and the process goes on.
        Assert.Equal("done", await request);
        app.Output.AssertOrder("phase LameDuck", "phase Draining");
        Assert.True(app.Output.Has("request-ended"));
        app.Output.AssertNever("phase Flushing");
        Assert.True(app.IsRunning);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await app.ProbeAsync("/readyz"));
        Assert.Equal(HttpStatusCode.OK, await app.ProbeAsync("/livez"));

        app.Signal(Signals.Term);

        TimeAssert.AtMost(0.5, await app.ExitsCleanlyAsync());
        app.Output.AssertOrder("phase Draining", "phase Flushing", "phase Stopped", "stopping", "flush-begun token=live", "flush-ended", "stopped", "exit");
        Assert.Equal("/drain", app.Report.Reason);
        Assert.True(app.Report.IsClean);
    }

    [Fact]
    public async Task Drain_SigtermDuringItsLameDuck_JoinsAndSkipsNothing()
    {
        await using var app = await AppProcess.StartReadyAsync("late-flush", Settings with { PropagationDelay = TimeSpan.FromSeconds(2) });
        app.MarkAsked();
        var drain = app.PostProbeAsync("/drain", TestContext.Current.CancellationToken);
        await app.EventAsync("phase LameDuck");

        app.Signal(Signals.Term);

        using var answer = await drain;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        TimeAssert.AtLeast(2, await app.ExitsCleanlyAsync());
        TimeAssert.AtLeast(2, app.Report.LameDuck);
        app.Output.AssertOrder("phase LameDuck", "phase Draining", "phase Flushing", "phase Stopped", "stopping", "exit");
    }

    [Fact]
    public async Task Drain_ThenNothing_StopsItselfWithTimeToFlush()
    {
        var settings = Settings with { Budget = TimeSpan.FromSeconds(4), FlushReserve = TimeSpan.FromSeconds(1.5) };
        await using var app = await AppProcess.StartReadyAsync("late-flush", settings);

        // A hook that hangs up does not stop the drain.
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        app.MarkAsked();
        var drain = app.PostProbeAsync("/drain", hangUp.Token);
        await app.EventAsync("phase LameDuck");
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => drain);

        var after = await app.ExitsCleanlyAsync();
        TimeAssert.AtLeast(2.5, after);
        TimeAssert.AtMost(4, after);
        app.Output.AssertOrder("phase Draining", "phase Flushing", "phase Stopped", "stopping", "flush-begun token=live", "flush-ended", "exit");
        await app.LineAsync("nobody ended the process in time");
    }

    [Fact]
    public async Task Drain_CalledTwiceAtOnce_IsOneDrain()
    {
        await using var app = await AppProcess.StartReadyAsync("late-flush", Settings);

        var answers = await Task.WhenAll(
            app.PostProbeAsync("/drain", TestContext.Current.CancellationToken),
            app.PostProbeAsync("/drain", TestContext.Current.CancellationToken));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        var bodies = await Task.WhenAll(answers.Select(a => a.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(bodies[0], bodies[1]);
        app.Signal(Signals.Term);
        await app.ExitsCleanlyAsync();
        Assert.Single(app.Output.Events, e => e == "phase LameDuck");
        Assert.Single(app.Output.Lines, l => l.Contains("Drain begins", StringComparison.Ordinal));
    }
}
