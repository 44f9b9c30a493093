using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Graceful.TestApp;

/// <summary>What all programs share: they tell what happens to them.</summary>
internal static class ScenarioHost
{
    public static WebApplicationBuilder CreateWeb() => WebApplication.CreateBuilder();

    public static HostApplicationBuilder CreateWorker() => Host.CreateApplicationBuilder();

    public static async Task RunAsync(IHost host)
    {
        Watch(host);
        await host.RunAsync();
    }

    /// <summary>Says the phases and the host's own three events.</summary>
    public static void Watch(IHost host)
    {
        if (host.Services.GetService<IInstanceLifecycle>() is { } lifecycle)
        {
            lifecycle.OnPhaseChanged(phase => Events.Say($"phase {phase}"));
        }

        host.Services.GetService<IDrainCoordinator>()?.DrainStarted.Register(() => Events.Say("drain-started"));
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStarted.Register(() =>
        {
            foreach (var address in host.Services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
            {
                Events.Say($"listening {address}");
            }

            Events.Say("started");
        });
        lifetime.ApplicationStopping.Register(() => Events.Say("stopping"));
        lifetime.ApplicationStopped.Register(() => Events.Say("stopped"));
    }
}
