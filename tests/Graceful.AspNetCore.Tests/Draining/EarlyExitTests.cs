using System.Net;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>The lame duck ends early when nothing arrives any more.</summary>
public class EarlyExitTests
{
    [Fact]
    public async Task NothingArrives_EndsEarly()
    {
        await using var test = await TestApp.StartAsync(options: Quick);

        var report = await test.DrainAsync();

        Assert.True(report.EarlyExit);
        Assert.True(report.LameDuck < TimeSpan.FromSeconds(8), $"the lame duck took {report.LameDuck}");
    }

    [Fact]
    public async Task OnlyTcpChecksArrive_EndsEarly()
    {
        await using var test = await TestApp.StartAsync(options: Quick);
        var drain = test.DrainAsync();
        while (!drain.IsCompleted)
        {
            await using var check = await RawClient.ConnectAsync(test.Http);
            await Task.Delay(20);
        }

        Assert.True((await drain).EarlyExit);
    }

    [Fact]
    public async Task HalfRequestsArrive_StaysToTheEnd()
    {
        await using var test = await TestApp.StartAsync(options: o =>
        {
            Quick(o);
            o.Drain.PropagationDelay = TimeSpan.FromSeconds(2);
            o.Drain.QuietPeriod = TimeSpan.FromSeconds(1);
        });
        var clients = new List<RawClient>();
        var drain = test.DrainAsync();
        while (test.Lifecycle.Phase <= InstancePhase.LameDuck)
        {
            clients.Add(await RawClient.ConnectAsync(test.Http));
            await clients[^1].SendAsync("GET /");
            await Task.Delay(20);
        }

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        Assert.False((await drain).EarlyExit);
    }

    private static void Quick(GracefulOptions options)
    {
        options.Drain.PropagationDelay = TimeSpan.FromSeconds(10);
        options.Drain.MinimumPropagation = TimeSpan.FromMilliseconds(200);
        options.Drain.QuietPeriod = TimeSpan.FromMilliseconds(200);
    }
}
