using System.Net;
using System.Net.Sockets;
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Snapshot_WebSocket_IsAStream(bool http2)
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
        using (await WebSockets.ConnectAsync(test, http2))
        {
            await gate.EnteredAsync();

            Assert.Equal((0, 1, 1), (test.Open.Requests, test.Open.Streams, test.Open.Connections));
            gate.Open();
        }

        await Eventually.True(() => test.Open is { Requests: 0, Streams: 0 }, "the stream has ended");
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
