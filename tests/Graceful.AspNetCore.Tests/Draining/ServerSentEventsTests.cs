using System.Diagnostics;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>A stream that is told to end, ends as if it were complete.</summary>
public class ServerSentEventsTests
{
    [Fact]
    public async Task OnDrainCancel_EndsTheBodyCleanly()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/events", EventStream.EndlessAsync).OnDrain(DrainMode.Cancel));
        await using var client = await RawClient.ConnectAsync(test.Http);
        await EventStream.StartAsync(client, "/events");
        var drain = test.DrainAsync();

        Assert.True(await EventStream.ReadToEndAsync(client), "the terminating chunk is missing");

        Assert.Equal(ConnectionEnd.Clean, await client.ReadToEndAsync());
        var report = await drain;
        Assert.Equal((1, 0, true), (report.RequestsAtStart, report.StreamsAborted, report.IsClean));
        Assert.DoesNotContain(test.Log.Lines, l => l.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Fact]
    public async Task OnDrainCancel_Http2_EndsTheStreamCleanly()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/events", EventStream.EndlessAsync).OnDrain(DrainMode.Cancel));
        await using var client = await RawHttp2Client.ConnectAsync(test.Https);
        await client.GetAsync("/events", 1);
        await Eventually.True(() => client.Frames.Any(f => f.Type == FrameType.Data), "an event");

        var report = await test.DrainAsync();

        await client.EndOfAsync(1);
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
        await Task.WhenAll(clients.Select(c => EventStream.StartAsync(c, "/events")));
        var drain = test.DrainAsync();

        var clean = await Task.WhenAll(clients.Select(EventStream.ReadToEndAsync));

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
}
