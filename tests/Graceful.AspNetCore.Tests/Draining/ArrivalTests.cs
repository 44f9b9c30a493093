using System.Net;
using System.Net.Sockets;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

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

    [Fact]
    public async Task Snapshot_TlsHandshake_IsAnArrival()
    {
        await using var test = await TestApp.StartAsync();
        await using var client = await RawClient.ConnectAsync(test.Https);

        await Eventually.True(() => test.Open.LastArrival > 0, "an arrival");
        Assert.Equal(0, test.Open.TotalRequests);
    }

    /// <summary>An upload that goes on is no newcomer: it is waited for as a request.</summary>
    [Fact]
    public async Task Snapshot_HalfOfAChunkOfARunningRequest_IsNoArrival()
    {
        var read = new Gate();
        await using var test = await TestApp.StartAsync(app => app.MapPost("/", async (HttpContext context) =>
        {
            var reading = context.Request.Body.CopyToAsync(Stream.Null);
            await read.PassAsync();
            await reading;
        }));
        await using var client = await RawClient.ConnectAsync(test.Http);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n");
        await read.EnteredAsync();
        var before = test.Open.LastArrival;
        await client.SendAsync("1");
        await Task.Delay(100);
        await client.SendAsync("\r\nx\r\n0\r\n");
        await Task.Delay(100);
        var meanwhile = test.Open.LastArrival;
        read.Open();
        await client.SendAsync("\r\n");

        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
        Assert.Equal(before, meanwhile);
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
