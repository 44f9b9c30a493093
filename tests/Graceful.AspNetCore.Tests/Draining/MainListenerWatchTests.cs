using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Draining;

public class MainListenerWatchTests
{
    private const string Watchdog = "main listener";

    [Fact]
    public async Task ListenerThatAnswers_KeepsLivenessUp_AndIsNoTraffic()
    {
        await using var test = await TestApp.StartAsync(null, Fast, Watched);
        await Eventually.True(() => Status(test) == "Healthy", "the watchdog");
        await Eventually.True(() => test.Traffic.Connections.Count > 0, "a look at the listener");

        Assert.Equal((0L, 0L), (test.Open.LastArrival, test.Open.TotalRequests));
    }

    [Fact]
    public async Task ListenerThatAcceptsNobody_FailsLiveness()
    {
        await using var test = await TestApp.StartAsync(null, Fast, Watched);
        await Eventually.True(() => Status(test) == "Healthy", "the watchdog");

        // Not a stop of the host: the listener alone goes away.
        await test.App.Services.GetRequiredService<IServer>().StopAsync(CancellationToken.None);

        await Eventually.True(() => Status(test) == "Unhealthy", "liveness fails");
        Assert.False(test.App.Services.GetRequiredService<IProbes>().Check(ProbeKind.Liveness).IsHealthy);
        Assert.NotEmpty(test.Log.Named("MainListenerSilent"));
    }

    [Fact]
    public async Task Draining_IsNotWatched()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/", () => "ok"), Fast, Watched);
        await Eventually.True(() => Status(test) == "Healthy", "the watchdog");

        await test.DrainAsync();

        await Eventually.True(() => Status(test) is null, "the watchdog's end");
        await test.App.StopAsync();
        Assert.True(test.App.Services.GetRequiredService<IProbes>().Check(ProbeKind.Liveness).IsHealthy);
    }

    private static string? Status(TestApp test) =>
        test.App.Services.GetRequiredService<IProbes>().GetDetail(ProbeKind.Liveness).Checks.SingleOrDefault(c => c.Name == Watchdog)?.Status;

    private static void Watched(WebApplicationBuilder builder) => builder.Services.AddSingleton<MainListenerWatch>();

    private static void Fast(GracefulOptions options)
    {
        options.Probes.Liveness.CheckInterval = TimeSpan.FromMilliseconds(50);
        options.Probes.Liveness.ThreadPoolLag = TimeSpan.FromMilliseconds(500);
    }
}
