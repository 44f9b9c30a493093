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

/// <summary>What is open is known, whatever the user made of Kestrel.</summary>
public class CountingTests
{
    public enum Endpoint
    {
        Urls,
        Tls,
        CodeListen,
        OwnEndpointDefaults,
        Configuration,
    }

    [Theory]
    [InlineData(Endpoint.Urls)]
    [InlineData(Endpoint.Tls)]
    [InlineData(Endpoint.CodeListen)]
    [InlineData(Endpoint.OwnEndpointDefaults)]
    [InlineData(Endpoint.Configuration)]
    public async Task Snapshot_RequestsOnFourConnections_CountsFourOfEach(Endpoint endpoint)
    {
        var gate = new Gate();
        await using var test = await TestApp.StartAsync(app => app.MapGet("/hold", () => gate.PassAsync()), configure: builder => Listen(builder, endpoint));
        var address = endpoint == Endpoint.Tls ? test.Https : test.Http;
        var clients = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RawClient.ConnectAsync(address)));
        var responses = clients.Select(c => c.GetAsync("/hold")).ToList();
        await gate.EnteredAsync(4);

        Assert.Equal((4, 0, 4, 4L), (test.Open.Requests, test.Open.Streams, test.Open.Connections, test.Open.TotalRequests));

        gate.Open();
        Assert.All(await Task.WhenAll(responses), r => Assert.Equal(200, r.Status));
        await Eventually.True(() => test.Open is { Requests: 0, Connections: 4 }, "four connections with nothing on them");
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        await Eventually.True(() => test.Open.IsEmpty, "nothing is open");
    }

    [Fact]
    public async Task Snapshot_Http2OverTls_CountsOneConnectionAndEveryStream()
    {
        var gate = new Gate();
        await using var test = await TestApp.StartAsync(app => app.MapGet("/hold", () => gate.PassAsync()));
        using (var client = Http2.CreateClient(test.Https))
        {
            var warm = client.GetAsync("/none");
            Assert.Equal(HttpStatusCode.NotFound, (await warm).StatusCode);
            var responses = Enumerable.Range(0, 4).Select(_ => client.GetAsync("/hold")).ToList();
            await gate.EnteredAsync(4);

            Assert.Equal((4, 1), (test.Open.Requests, test.Open.Connections));

            gate.Open();
            Assert.All(await Task.WhenAll(responses), r => Assert.True(r.IsSuccessStatusCode));
            await Eventually.True(() => test.Open is { Requests: 0, Connections: 1 }, "one connection with nothing on it");
        }

        await Eventually.True(() => test.Open.IsEmpty, "nothing is open");
    }

    [Fact]
    public async Task Snapshot_HalfSentHeader_IsAConnectionAndAnArrival()
    {
        await using var test = await TestApp.StartAsync();
        await using var client = await RawClient.ConnectAsync(test.Http);
        await Eventually.True(() => test.Open.Connections == 1, "a connection");
        Assert.Equal(0, test.Open.LastArrival);

        await client.SendAsync("GET / HTTP/1.1\r\nHost:");

        await Eventually.True(() => test.Open.LastArrival > 0, "an arrival");
        Assert.Equal((0, 1, 0L), (test.Open.Requests, test.Open.Connections, test.Open.TotalRequests));
    }

    [Fact]
    public async Task Snapshot_HalfOfASecondRequest_IsAnArrival()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/", () => "ok"));
        await using var client = await RawClient.ConnectAsync(test.Http);
        await client.GetAsync("/");
        await Eventually.True(() => test.Open.Requests == 0, "the first request's end");
        var before = test.Open.LastArrival;

        await client.SendAsync("GET / HT");

        await Eventually.True(() => test.Open.LastArrival > before, "an arrival");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Snapshot_TcpCheck_IsNoArrival(bool tls)
    {
        await using var test = await TestApp.StartAsync();
        var target = new IPEndPoint(IPAddress.Loopback, (tls ? test.Https : test.Http).Port);
        using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(target);
            await Eventually.True(() => test.Open.Connections == 1, "a connection");
        }

        await Eventually.True(() => test.Open.Connections == 0, "the connection's end");
        Assert.Equal((0L, 0L), (test.Open.LastArrival, test.Open.TotalRequests));
    }

    [Fact]
    public async Task Snapshot_WebSocket_IsAStream()
    {
        var gate = new Gate();
        await using var test = await TestApp.StartAsync(app =>
        {
            app.UseWebSockets();
            app.Map("/ws", async context =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                await gate.PassAsync();
            });
        });
        using (var client = new ClientWebSocket())
        {
            await client.ConnectAsync(WebSockets.Address(test.Http, "/ws"), CancellationToken.None).Within("the upgrade");
            await gate.EnteredAsync();

            Assert.Equal((0, 1, 1), (test.Open.Requests, test.Open.Streams, test.Open.Connections));
            gate.Open();
        }

        await Eventually.True(() => test.Open.IsEmpty, "nothing is open");
    }

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

    private static void Listen(WebApplicationBuilder builder, Endpoint endpoint)
    {
        switch (endpoint)
        {
            case Endpoint.CodeListen:
                builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
                break;
            case Endpoint.OwnEndpointDefaults:
                // Replaces whatever a library put there.
                builder.WebHost.ConfigureKestrel(k => k.ConfigureEndpointDefaults(_ => { }));
                break;
            case Endpoint.Configuration:
                builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Kestrel:Endpoints:Main:Url"] = "http://127.0.0.1:0" });
                break;
        }
    }
}
