using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>A request counts until the last of its work is done, however it ends.</summary>
public class CountingToZeroTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Snapshot_OnCompletedWork_CountsUntilItEnds(bool clientLeaves)
    {
        var gate = new Gate();
        var left = CancellationToken.None;
        await using var test = await TestApp.StartAsync(app => app.MapGet("/", (HttpContext context) =>
        {
            left = context.Features.GetRequiredFeature<IConnectionLifetimeFeature>().ConnectionClosed;
            context.Response.OnCompleted(() => gate.PassAsync());
            return "ok";
        }));
        var client = await RawClient.ConnectAsync(test.Http);
        Assert.Equal("ok", (await client.GetAsync("/")).Body);
        await gate.EnteredAsync();
        if (clientLeaves)
        {
            await client.DisposeAsync();
            await Eventually.True(() => left.IsCancellationRequested, "the server sees the client leave");
        }

        Assert.Equal(1, test.Open.Requests);

        gate.Open();
        await Eventually.True(() => test.Open.Requests == 0, "the end of the work");
        await client.DisposeAsync();
        await Eventually.True(() => test.Open.IsEmpty, "nothing is open");
    }

    [Fact]
    public async Task Snapshot_HandlerOfAClientThatLeft_CountsUntilItEnds()
    {
        var gate = new Gate();
        var left = CancellationToken.None;
        await using var test = await TestApp.StartAsync(app => app.MapPost("/save", (HttpContext context) =>
        {
            left = context.RequestAborted;
            return gate.PassAsync();
        }));
        var client = await RawClient.ConnectAsync(test.Http);
        await client.SendAsync("POST /save HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n");
        await gate.EnteredAsync();
        client.Kill();
        await Eventually.True(() => left.IsCancellationRequested, "the server sees the client leave");

        Assert.Equal(1, test.Open.Requests);

        gate.Open();
        await Eventually.True(() => test.Open.IsEmpty, "nothing is open");
        Assert.Equal(1, test.Open.TotalRequests);
    }

    [Fact]
    public async Task Snapshot_HandlerThrows_CountsBackToZero()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/", string () => throw new InvalidOperationException("broken")));
        await using var client = await RawClient.ConnectAsync(test.Http);

        Assert.Equal(500, (await client.GetAsync("/")).Status);

        await Eventually.True(() => test.Open is { Requests: 0, Connections: 1, TotalRequests: 1 }, "the request's end");
    }

    [Fact]
    public async Task Snapshot_ThousandsOfRequests_CountsBackToZero()
    {
        const int Connections = 20;
        const int Each = 100;
        await using var test = await TestApp.StartAsync(app =>
        {
            app.MapGet("/", async () =>
            {
                await Task.Yield();
                return "ok";
            });
            app.MapGet("/slow", () => Task.Delay(20));
            app.MapGet("/broken", string () => throw new InvalidOperationException("broken"));
        });
        var http1 = Enumerable.Range(0, Connections).Select(async _ =>
        {
            await using var client = await RawClient.ConnectAsync(test.Http);
            for (var i = 0; i < Each; i++)
            {
                await client.GetAsync(i % 10 == 0 ? "/broken" : "/");
            }
        });
        using var http2 = Http2.CreateClient(test.Https);
        var streams = Enumerable.Range(0, Connections).Select(async _ =>
        {
            for (var i = 0; i < Each; i++)
            {
                using var response = await http2.GetAsync(i % 10 == 0 ? "/broken" : "/");
            }
        });
        await Task.WhenAll([.. http1, .. streams]);
        http2.Dispose();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            var client = await RawClient.ConnectAsync(test.Http);
            await client.SendAsync("GET /slow HTTP/1.1\r\nHost: test\r\n\r\n");
            client.Kill();
        }));

        await Eventually.True(() => test.Open.IsEmpty, "nothing is open");
        Assert.InRange(test.Open.TotalRequests, 2 * Connections * Each, (2 * Connections * Each) + Connections);
    }
}
