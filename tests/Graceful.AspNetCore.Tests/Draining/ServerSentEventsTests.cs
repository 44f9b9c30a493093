using System.Diagnostics;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Graceful.AspNetCore.Tests.Draining;

public class ServerSentEventsTests
{
    [Fact]
    public async Task OnDrainCancel_EndsTheBodyCleanly()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/events", EndlessAsync).OnDrain(DrainMode.Cancel));
        await using var client = await RawClient.ConnectAsync(test.Http);
        await StartStreamAsync(client, "/events");
        var drain = test.DrainAsync();

        Assert.True(await ReadStreamAsync(client), "the terminating chunk is missing");

        Assert.Equal(ConnectionEnd.Clean, await client.ReadToEndAsync());
        var report = await drain;
        Assert.Equal((1, 0, true), (report.RequestsAtStart, report.StreamsAborted, report.IsClean));
        Assert.DoesNotContain(test.Log.Lines, l => l.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Fact]
    public async Task OnDrainCancel_Http2_EndsTheStreamCleanly()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/events", EndlessAsync).OnDrain(DrainMode.Cancel));
        await using var client = await RawHttp2Client.ConnectAsync(test.Https);
        await client.GetAsync("/events", 1);
        await Eventually.True(() => client.Frames.Any(f => f.Type == FrameType.Data), "an event");

        var report = await test.DrainAsync();

        Assert.Contains(client.Frames, f => f.Stream == 1 && f.EndsStream);
        Assert.DoesNotContain(client.Frames, f => f.Type == FrameType.ResetStream);
        Assert.True(report.IsClean);
    }

    public enum Writing
    {
        Stream,
        Writer,
        WithATokenOfItsOwn,
    }

    [Theory]
    [InlineData(Writing.Stream)]
    [InlineData(Writing.Writer)]
    [InlineData(Writing.WithATokenOfItsOwn)]
    public async Task OnDrainCancel_HandlerMetInAWrite_EndsTheBodyCleanly(Writing writing)
    {
        const int Streams = 10;
        var line = "data: 1\n\n"u8.ToArray();
        await using var test = await TestApp.StartAsync(app => app.MapGet("/events", async (HttpContext context) =>
        {
            context.Response.ContentType = "text/event-stream";
            using var own = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            while (true)
            {
                switch (writing)
                {
                    case Writing.Stream:
                        await context.Response.Body.WriteAsync(line, context.RequestAborted);
                        break;
                    case Writing.Writer:
                        await context.Response.BodyWriter.WriteAsync(line, context.RequestAborted);
                        break;
                    default:
                        await context.Response.Body.WriteAsync(line, own.Token);
                        break;
                }

                // No wait: the drain meets it between two writes or within one.
                await Task.Yield();
            }
        }).OnDrain(DrainMode.Cancel));
        var clients = await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => RawClient.ConnectAsync(test.Http)));
        await Task.WhenAll(clients.Select(c => StartStreamAsync(c, "/events")));
        var drain = test.DrainAsync();

        var clean = await Task.WhenAll(clients.Select(ReadStreamAsync));

        Assert.True(clean.All(c => c), $"{clean.Count(c => !c)} of {Streams} streams were cut");
        Assert.Equal(0, (await drain).StreamsAborted);
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task OnDrainCancel_WriteHeldUpByASlowReader_IsFinishedFirst()
    {
        const int Length = 20_000_000;
        await using var test = await TestApp.StartAsync(
            app => app.MapGet("/events", async (HttpContext context) =>
            {
                context.Response.ContentType = "text/event-stream";
                await context.Response.Body.WriteAsync(new byte[Length], context.RequestAborted);
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }).OnDrain(DrainMode.Cancel),
            o => o.Drain.StreamGrace = TimeSpan.FromSeconds(10));
        await using var client = await RawClient.ConnectAsync(test.Http);
        await client.SendAsync("GET /events HTTP/1.1\r\nHost: test\r\n\r\n");
        await client.ReadHeadAsync();
        var drain = test.DrainAsync();
        await Eventually.True(() => test.Traffic.DrainToken.IsCancellationRequested, "the drain token");

        Assert.Equal(Length, (await client.ReadChunkAsync())?.Length);
        Assert.Equal("", await client.ReadChunkAsync());

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
        await StartStreamAsync(client, "/events");

        await test.DrainAsync();

        Assert.Equal(InstancePhase.Draining, phase);
    }

    [Fact]
    public async Task Unannotated_IsCutAfterItsGrace_WithALineInTheReport()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/events/{topic}", (HttpContext context) => EndlessAsync(context)));
        await using var client = await RawClient.ConnectAsync(test.Http);
        await StartStreamAsync(client, "/events/secret?key=secret");
        var drain = test.DrainAsync();

        Assert.False(await ReadStreamAsync(client), "the body ended as if it were complete");

        var report = await drain;
        Assert.Equal((1, 0, false), (report.StreamsAborted, report.RequestsAborted, report.IsClean));
        var held = Assert.Single(report.Held);
        Assert.Equal((DrainHolderKind.Stream, "GET /events/{topic}", DrainOutcome.Aborted), (held.Kind, held.Name, held.Outcome));
        Assert.True(report.Draining > TimeSpan.FromMilliseconds(450), $"cut after {report.Draining}, before its grace");
    }

    [Fact]
    public async Task Unannotated_Http2_IsCutAlone_BesideARequestThatCompletes()
    {
        var gate = new Gate();
        await using var test = await TestApp.StartAsync(app =>
        {
            app.MapGet("/events", EndlessAsync);
            app.MapGet("/hold", () => gate.PassAsync());
        });
        await using var client = await RawHttp2Client.ConnectAsync(test.Https);
        await client.GetAsync("/events", 1);
        await client.GetAsync("/hold", 3);
        await gate.EnteredAsync();
        await Eventually.True(() => client.Frames.Any(f => f.Type == FrameType.Data), "an event");
        var drain = test.DrainAsync();
        await Eventually.True(() => client.Frames.Any(f => f is { Type: FrameType.ResetStream, Stream: 1 }), "the stream's end");
        gate.Open();

        await client.EndOfAsync(3);

        var report = await drain;
        Assert.Equal((1, 0), (report.StreamsAborted, report.RequestsAborted));
    }

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
        await StartStreamAsync(client, "/events");
        var drain = test.DrainAsync();

        Assert.Equal("data: bye\n\n", await client.ReadChunkAsync());
        Assert.Equal("", await client.ReadChunkAsync());

        Assert.Equal((InstancePhase.Draining, false), seen);
        Assert.True((await drain).IsClean);
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
            app.MapGet("/events", EndlessAsync).OnDrain(DrainMode.Cancel);
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
    public async Task HandlerThatIgnoresItsAbort_DoesNotHoldTheDrainPastItsGrace()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/events", async (HttpContext context) =>
        {
            // A common fault: no token anywhere. Kestrel drops what is written after the abort without a word.
            context.Response.ContentType = "text/event-stream";
            while (true)
            {
                await context.Response.WriteAsync("data: 1\n\n", CancellationToken.None);
                await Task.Delay(50, CancellationToken.None);
            }
        }));
        await using var client = await RawClient.ConnectAsync(test.Http);
        await StartStreamAsync(client, "/events");

        var report = await test.DrainAsync();

        Assert.Equal(1, report.StreamsAborted);
        Assert.True(report.Draining < TimeSpan.FromSeconds(5), $"held for {report.Draining}");
    }

    private static async Task EndlessAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        for (var i = 0; ; i++)
        {
            await context.Response.WriteAsync($"data: {i}\n\n", context.RequestAborted);
            await Task.Delay(20, context.RequestAborted);
        }
    }

    private static async Task StartStreamAsync(RawClient client, string path)
    {
        await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n");
        Assert.Equal(200, (await client.ReadHeadAsync()).Status);
        Assert.StartsWith("data:", await client.ReadChunkAsync(), StringComparison.Ordinal);
    }

    /// <returns>Whether the terminating chunk came.</returns>
    private static async Task<bool> ReadStreamAsync(RawClient client)
    {
        var start = Stopwatch.GetTimestamp();
        while (await client.ReadChunkAsync() is { } chunk)
        {
            if (chunk.Length == 0)
            {
                return true;
            }

            Assert.True(Stopwatch.GetElapsedTime(start) < Eventually.Patience, "the stream does not end");
        }

        return false;
    }
}
