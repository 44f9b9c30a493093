using System.Diagnostics;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>What a handler learns of the drain, and when.</summary>
public class DrainModeTests
{
    [Fact]
    public async Task DrainToken_FiresAfterTheLameDuck_AndLetsTheHandlerEndByItself()
    {
        TestApp? test = null;
        (InstancePhase Phase, bool Aborted) seen = default;
        await using var one = test = await TestApp.StartAsync(app => app.MapGet("/events", async (HttpContext context) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: 1\n\n");
            await Task.Delay(Timeout.Infinite, context.GetDrainToken()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            seen = (test!.Lifecycle.Phase, context.RequestAborted.IsCancellationRequested);
            await context.Response.WriteAsync("data: bye\n\n");
        }));
        await using var client = await RawClient.ConnectAsync(test.Http);
        await EventStream.StartAsync(client, "/events");
        var drain = test.DrainAsync();

        Assert.Equal("data: bye\n\n", await client.ReadChunkAsync());
        Assert.Equal("", await client.ReadChunkAsync());

        Assert.Equal((InstancePhase.Draining, false), seen);
        Assert.True((await drain).IsClean);
    }

    /// <summary>What the endpoint says of itself counts, and not what its answer looks like.</summary>
    [Fact]
    public async Task Complete_CountsAsARequestWhateverItSends()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/events", async (HttpContext context) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: 1\n\n");
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }).OnDrain(DrainMode.Complete));
        await using var client = await RawClient.ConnectAsync(test.Http);
        await EventStream.StartAsync(client, "/events");

        Assert.Equal((1, 0), (test.Open.Requests, test.Open.Streams));
    }

    [Fact]
    public async Task OnDrainCancel_ACancellationWithoutADrain_IsTheApplicationsOwnFault()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/", IResult () => throw new OperationCanceledException("its own")).OnDrain(DrainMode.Cancel));
        await using var client = await RawClient.ConnectAsync(test.Http);

        Assert.Equal(500, (await client.GetAsync("/")).Status);
    }

    [Fact]
    public async Task OnDrain_AModeThatIsNone_IsRefused()
    {
        await using var test = TestApp.Build(app => Assert.Throws<ArgumentOutOfRangeException>(() => app.MapGet("/", () => "ok").OnDrain((DrainMode)9)));
    }

    [Fact]
    public async Task DrainToken_ACallbackOfTheApplicationsThrows_IsLoggedAndTheDrainGoesOn()
    {
        await using var test = await TestApp.StartAsync();
        using var registration = test.Traffic.DrainToken.Register(() => throw new InvalidOperationException("the application's own"));

        Assert.True((await test.DrainAsync()).IsClean);

        await Eventually.True(() => test.Log.Named("DrainTokenCallbackFailed").Any(), "the callback's failure is logged");
        Assert.Contains("the application's own", Assert.Single(test.Log.Named("DrainTokenCallbackFailed")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CloseAfter_CountsAsAStreamWhateverItSends_AndIsNotCancelledBeforeItsGraceEnds()
    {
        var aborted = CancellationToken.None;
        var gate = new Gate();
        await using var test = await TestApp.StartAsync(
            app => app.MapGet("/tail", async (HttpContext context) =>
            {
                aborted = context.RequestAborted;
                await gate.PassAsync(aborted);
            }).OnDrain(DrainMode.CloseAfter),
            o => o.Drain.StreamGrace = TimeSpan.FromSeconds(1));
        await using var client = await RawClient.ConnectAsync(test.Http);
        await client.SendAsync("GET /tail HTTP/1.1\r\nHost: test\r\n\r\n");
        await gate.EnteredAsync();
        Assert.Equal((0, 1), (test.Open.Requests, test.Open.Streams));
        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.Draining);

        Assert.False(aborted.IsCancellationRequested);

        var report = await drain;
        Assert.True(aborted.IsCancellationRequested);
        Assert.Equal((1, 0), (report.StreamsAborted, report.RequestsAborted));
        Assert.True(report.Draining > TimeSpan.FromSeconds(0.95), $"cut after {report.Draining}, before its grace");
    }

    [Theory]
    [InlineData(DrainMode.Cancel, DrainMode.Complete, false)]
    [InlineData(DrainMode.Complete, DrainMode.Cancel, true)]
    [InlineData(DrainMode.Cancel, null, true)]
    public async Task OnDrain_OnGroupAndEndpoint_TheInnermostWins(DrainMode group, DrainMode? endpoint, bool cancelled)
    {
        var gate = new Gate();
        var wasCancelled = false;
        await using var test = await TestApp.StartAsync(app =>
        {
            var outer = app.MapGroup("/group");
            var inner = outer.MapGroup("").MapGet("/", async (HttpContext context) =>
            {
                await gate.PassAsync(context.RequestAborted).ContinueWith(t => wasCancelled = t.IsCanceled, TaskScheduler.Default);
                return "ended";
            });
            if (endpoint is { } mode)
            {
                inner.OnDrain(mode);
            }

            outer.OnDrain(group);
        });
        await using var client = await RawClient.ConnectAsync(test.Http);
        var response = client.GetAsync("/group");
        await gate.EnteredAsync();
        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.Draining);
        if (!cancelled)
        {
            await Eventually.True(() => test.Traffic.DrainToken.IsCancellationRequested, "the drain token");
            gate.Open();
        }

        Assert.Equal("ended", (await response).Body);
        Assert.Equal(cancelled, wasCancelled);
        Assert.True((await drain).IsClean);
    }

    [Fact]
    public async Task OnDrainCancel_RequestThatArrivesWhileDraining_EndsAtOnce()
    {
        var gate = new Gate();
        await using var test = await TestApp.StartAsync(app =>
        {
            app.MapGet("/events", EventStream.EndlessAsync).OnDrain(DrainMode.Cancel);
            app.MapGet("/hold", () => gate.PassAsync());
        });
        await using var holder = await RawClient.ConnectAsync(test.Http);
        var held = holder.GetAsync("/hold");
        await gate.EnteredAsync();
        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.Draining);
        await Eventually.True(() => test.Traffic.DrainToken.IsCancellationRequested, "the drain token");

        await using var late = await RawClient.ConnectAsync(test.Http);
        var response = await late.GetAsync("/events");

        Assert.True(response.IsComplete);
        Assert.True(response.SaysClose);
        gate.Open();
        await held;
        Assert.True((await drain).IsClean);
    }

    [Fact]
    public async Task OnDrainCancel_IsNotToldBeforeTheLameDuckHasEnded()
    {
        var phase = InstancePhase.Starting;
        TestApp? test = null;
        await using var one = test = await TestApp.StartAsync(app => app.MapGet("/events", async (HttpContext context) =>
        {
            await context.Response.WriteAsync("data: 1\n\n");
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            phase = test!.Lifecycle.Phase;
        }).OnDrain(DrainMode.Cancel));
        await using var client = await RawClient.ConnectAsync(test.Http);
        await EventStream.StartAsync(client, "/events");

        await test.DrainAsync();

        Assert.Equal(InstancePhase.Draining, phase);
    }
}
