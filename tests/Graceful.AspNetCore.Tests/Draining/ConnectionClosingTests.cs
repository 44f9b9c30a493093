using System.Collections.Concurrent;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>How connections leave, as clients see it on the wire.</summary>
public class ConnectionClosingTests
{
    /// <summary>Long enough that no client of these is without a request for a fifth of it, even on a machine that is busy with other things.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ActiveConnections_AllLeaveOnAResponse_OneAfterTheOther(bool tls)
    {
        const int Clients = 40;
        await using var test = await TestApp.StartAsync(app => app.MapGet("/", () => "ok"), o => o.Drain.PropagationDelay = Delay);
        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => RawClient.ConnectAsync(tls ? test.Https : test.Http)));
        await Eventually.True(() => test.Open.Connections == Clients, "every connection is accepted");
        var drain = test.DrainAsync();

        // How many responses each got before it was told to leave, and when that was.
        var left = await Task.WhenAll(clients.Select(c => UseUntilToldToLeaveAsync(c, test)));

        var lost = left.Count(l => !l.WasTold);
        Assert.True(lost == 0, $"{lost} of {Clients} connections were closed under their next request");
        Assert.All(left, l => Assert.Equal(InstancePhase.LameDuck, l.Phase));
        Assert.True(left.Select(l => l.Responses).Distinct().Count() > 3, "all left together: no ramp");
        foreach (var client in clients)
        {
            Assert.Equal(ConnectionEnd.Clean, await client.ReadToEndAsync());
            await client.DisposeAsync();
        }

        var report = await drain;
        Assert.Equal((Clients, 0, true), (report.ConnectionsAtStart, report.ConnectionsAborted, report.IsClean));
    }

    [Fact]
    public async Task HttpClients_PostingAllTheWay_LoseNothing()
    {
        const int Clients = 20;
        await using var test = await TestApp.StartAsync(app => app.MapPost("/", async () =>
        {
            await Task.Delay(2);
            return "ok";
        }), o => o.Drain.PropagationDelay = Delay);
        var drain = Task.CompletedTask;
        var sent = 0;
        var lost = new ConcurrentQueue<string>();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async i =>
        {
            using var client = i % 2 == 0 ? new HttpClient { BaseAddress = test.Http, Timeout = Eventually.Patience } : Http2.CreateClient(test.Https);
            while (test.Lifecycle.Phase < InstancePhase.Draining)
            {
                // A POST is never sent again by HttpClient: a connection that ends under it is a loss.
                try
                {
                    using var response = await client.PostAsync("/", null);
                    Assert.True(response.IsSuccessStatusCode);
                }
                catch (HttpRequestException exception)
                {
                    lost.Enqueue($"HTTP/{(i % 2 == 0 ? 1 : 2)}, {test.Lifecycle.Phase}: {exception.Message} {exception.InnerException?.Message}");
                }

                if (Interlocked.Increment(ref sent) == Clients)
                {
                    drain = test.DrainAsync();
                }
            }
        }));
        await drain;
        Assert.True(lost.IsEmpty, $"{lost.Count} of {sent} requests were lost: {string.Join("; ", lost)}");
        Assert.True(sent > 2 * Clients, $"only {sent} requests");
    }

    [Fact]
    public async Task IdleConnection_IsClosedBeforeTheEndOfTheLameDuck_WithoutAReset()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/", () => "ok"), o => o.Drain.PropagationDelay = TimeSpan.FromSeconds(5));
        await using var client = await RawClient.ConnectAsync(test.Http);
        await client.GetAsync("/");
        var drain = test.DrainAsync();

        Assert.Equal(ConnectionEnd.Clean, await client.ReadToEndAsync());

        Assert.Equal(InstancePhase.LameDuck, test.Lifecycle.Phase);
        await drain;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ConnectionWithoutItsFirstRequest_IsNotClosedWithTheIdleOnes(bool halfSent)
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/", () => "ok"), o => o.Drain.PropagationDelay = TimeSpan.FromSeconds(2));
        await using var idle = await RawClient.ConnectAsync(test.Http);
        await idle.GetAsync("/");
        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.LameDuck);
        await using var fresh = await RawClient.ConnectAsync(test.Http);
        if (halfSent)
        {
            await fresh.SendAsync("GET / HTTP/1.1\r\nX-Rest: ");
        }

        Assert.Equal(ConnectionEnd.Clean, await idle.ReadToEndAsync());

        // The idle ones are being closed; this one's first request is only now on its way.
        if (halfSent)
        {
            await fresh.SendAsync("later\r\nHost: test\r\n\r\n");
            Assert.Equal(200, (await fresh.ReadResponseAsync()).Status);
        }
        else
        {
            Assert.Equal(200, (await fresh.GetAsync("/")).Status);
        }

        await drain;
    }

    private static async Task<Departure> UseUntilToldToLeaveAsync(RawClient client, TestApp test)
    {
        for (var responses = 1; ; responses++)
        {
            RawResponse response;
            try
            {
                response = await client.GetAsync("/");
            }
            catch (Exception exception) when (exception is EndOfStreamException or IOException)
            {
                return new Departure(responses, false, test.Lifecycle.Phase);
            }

            if (response.SaysClose)
            {
                return new Departure(responses, true, test.Lifecycle.Phase);
            }

            await Task.Delay(10);
        }
    }

    private sealed record Departure(int Responses, bool WasTold, InstancePhase Phase);
}
