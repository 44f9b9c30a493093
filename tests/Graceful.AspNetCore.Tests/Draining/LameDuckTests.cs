using System.Net;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>From the request to leave until the propagation delay has passed, everything is served.</summary>
public class LameDuckTests
{
    [Fact]
    public async Task NewConnections_DuringTheLameDuck_AreServed()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/", () => "ok"), o => o.Drain.PropagationDelay = TimeSpan.FromSeconds(1));
        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.LameDuck);
        var served = 0;
        while (test.Lifecycle.Phase == InstancePhase.LameDuck)
        {
            await using var client = await RawClient.ConnectAsync(test.Http);
            Assert.Equal(200, (await client.GetAsync("/")).Status);
            served++;
        }

        var report = await drain;
        Assert.True(served > 1, "the lame duck was over at once");
        Assert.InRange(report.LateArrivals, served - 1, served);
        Assert.True(report.LameDuck > TimeSpan.FromSeconds(0.95), $"the lame duck took {report.LameDuck}");
        Assert.Equal((0, 0, false), (report.RequestsAborted, report.StreamsAborted, report.EarlyExit));
        Assert.True(report.IsClean);
    }

    [Fact]
    public async Task NewConnection_AfterTheLameDuck_IsServedOnceAndToldToLeave()
    {
        var gate = new Gate();
        await using var test = await TestApp.StartAsync(app =>
        {
            app.MapGet("/", () => "ok");
            app.MapGet("/hold", () => gate.PassAsync());
        });
        await using var holder = await RawClient.ConnectAsync(test.Http);
        var held = holder.GetAsync("/hold");
        await gate.EnteredAsync();
        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.Draining);

        await using var late = await RawClient.ConnectAsync(test.Http);
        var response = await late.GetAsync("/");

        Assert.Equal((200, true), (response.Status, response.SaysClose));
        Assert.Equal(ConnectionEnd.Clean, await late.ReadToEndAsync());
        gate.Open();
        await held;
        Assert.Equal(1, (await drain).LateArrivals);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(400)]
    public async Task RequestRunningAcross_Completes_AndItsConnectionIsClosedOnTheResponse(int delay)
    {
        var gate = new Gate();
        await using var test = await TestApp.StartAsync(
            app => app.MapGet("/hold", async () =>
            {
                await gate.PassAsync();
                return "done";
            }),
            o => o.Drain.PropagationDelay = TimeSpan.FromMilliseconds(delay));
        await using var client = await RawClient.ConnectAsync(test.Http);
        var pending = client.GetAsync("/hold");
        await gate.EnteredAsync();
        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.Draining);
        await Eventually.True(() => test.Traffic.Connections.Open.All(c => c.IsCloseRequested), "every connection was asked to close");
        gate.Open();

        var response = await pending;

        Assert.Equal((200, "done"), (response.Status, response.Body));
        Assert.True(response.SaysClose, "the client may use the connection again, and meets its end");
        Assert.Equal(ConnectionEnd.Clean, await client.ReadToEndAsync());
        var report = await drain;
        Assert.Equal((1, 1, 0), (report.RequestsAtStart, report.ConnectionsAtStart, report.RequestsAborted));
    }

    [Fact]
    public async Task RequestBodyArrivingAcross_IsReadToItsEnd()
    {
        await using var test = await TestApp.StartAsync(app => app.MapPost("/upload", async (Stream body) =>
        {
            using var reader = new StreamReader(body);
            return await reader.ReadToEndAsync();
        }));
        await using var client = await RawClient.ConnectAsync(test.Http);
        await client.SendAsync("POST /upload HTTP/1.1\r\nHost: test\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nab");
        await Eventually.True(() => test.Open.Requests == 1, "the request runs");
        var drain = test.DrainAsync();
        await client.SendAsync("cd");
        await test.PhaseAsync(InstancePhase.Draining);
        await Eventually.True(() => test.Traffic.Connections.Open.All(c => c.IsCloseRequested), "every connection was asked to close");
        await client.SendAsync("ef");

        var response = await client.ReadResponseAsync();

        Assert.Equal((200, "abcdef", true), (response.Status, response.Body, response.SaysClose));
        Assert.True((await drain).IsClean);
    }

    [Fact]
    public async Task Http2RequestRunningAcross_Completes_AndLaterOnesAreServedElsewhere()
    {
        var gate = new Gate();
        await using var test = await TestApp.StartAsync(app =>
        {
            app.MapGet("/", () => "ok");
            app.MapGet("/hold", async () =>
            {
                await gate.PassAsync();
                return "done";
            });
        });
        using var client = Http2.CreateClient(test.Https);
        var pending = client.GetStringAsync("/hold");
        await gate.EnteredAsync();
        var drain = test.DrainAsync();
        while (test.Lifecycle.Phase == InstancePhase.LameDuck)
        {
            Assert.Equal("ok", await client.GetStringAsync("/"));
        }

        Assert.Equal("ok", await client.GetStringAsync("/"));
        gate.Open();
        Assert.Equal("done", await pending);
        Assert.True((await drain).IsClean);
    }

    [Fact]
    public async Task AnHttp2ClientThatStays_GetsGoAway_AndItsLaterStreamsAreServed()
    {
        var gate = new Gate();
        await using var test = await TestApp.StartAsync(
            app =>
            {
                app.MapGet("/", () => "ok");
                app.MapGet("/hold", () => gate.PassAsync());
            },
            o => o.Drain.StreamGrace = TimeSpan.FromSeconds(3));
        await using var client = await RawHttp2Client.ConnectAsync(test.Https);
        await client.GetAsync("/hold", 1);
        await gate.EnteredAsync();
        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.LameDuck);
        var stream = 1;
        while (!client.Frames.Any(f => f.Type == FrameType.GoAway))
        {
            stream += 2;
            await client.GetAsync("/", stream);
            await client.EndOfAsync(stream);
        }

        await client.GetAsync("/", stream + 2);
        await client.EndOfAsync(stream + 2);

        Assert.Equal(int.MaxValue, client.Frames.First(f => f.Type == FrameType.GoAway).LastStream);
        gate.Open();
        await client.EndOfAsync(1);
        Assert.DoesNotContain(client.Frames, f => f.Type == FrameType.ResetStream);
        Assert.True((await drain).IsClean);
    }
}
