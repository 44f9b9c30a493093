using System.Diagnostics;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>A stream that is not told to end, or does not listen, is cut after its grace.</summary>
public class CutStreamTests
{
    [Fact]
    public async Task Unannotated_IsCutAfterItsGrace_WithALineInTheReport()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/events/{topic}", (HttpContext context) => EventStream.EndlessAsync(context)));
        await using var client = await RawClient.ConnectAsync(test.Http);
        await EventStream.StartAsync(client, "/events/secret?key=secret");
        var drain = test.DrainAsync();

        Assert.False(await EventStream.ReadToEndAsync(client), "the body ended as if it were complete");

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
            app.MapGet("/events", EventStream.EndlessAsync);
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
        await EventStream.StartAsync(client, "/events");

        var report = await test.DrainAsync();

        Assert.Equal(1, report.StreamsAborted);
        Assert.True(report.Draining < TimeSpan.FromSeconds(5), $"held for {report.Draining}");
    }
}
