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

/// <summary>What counts as traffic before there is a request.</summary>
public class ArrivalTests
{
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
}
