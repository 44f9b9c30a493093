using Graceful;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the ASP.NET Core part of Graceful.</summary>
public static class GracefulAspNetCoreBuilderExtensions
{
    /// <summary>
    /// Adds what <c>AddGraceful()</c> on a <c>WebApplicationBuilder</c> adds by itself: Kestrel's connections and requests, streams, SignalR,
    /// and the probe listener. For <c>Startup</c> classes and shared projects that know only the abstract builder. Call it after the web
    /// host is configured. In a worker without a web server it adds the probe listener. Calling it twice registers once.
    /// </summary>
    public static IGracefulBuilder AddAspNetCore(this IGracefulBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.Any(d => d.ServiceType == typeof(KestrelTraffic)))
        {
            return builder;
        }

        services.AddKestrelTraffic();
        services.AddStreamEndings();
        services.AddCompatibilityGuard();
        services.AddProbeListener();
        return builder;
    }

    private static void AddKestrelTraffic(this IServiceCollection services)
    {
        services.AddSingleton<ConnectionRegistry>();
        services.AddSingleton<KestrelTraffic>();
        services.AddSingleton<ITrafficSource>(sp => sp.GetRequiredService<KestrelTraffic>());
        services.DecorateAll<IConnectionListenerFactory>((sp, factory) =>
            IsEnabled(sp) ? new TrackingListenerFactory(factory, sp.GetRequiredService<ConnectionRegistry>()) : factory);
        var hasServer = services.Decorate<IServer>((sp, server) =>
            IsEnabled(sp) && !TestHost.IsTestServer(server) ? new TrackingServer(
                server, sp.GetRequiredService<KestrelTraffic>(), sp.GetRequiredService<IDrainCoordinator>(), sp.GetRequiredService<TimeProvider>()) : server);
        if (hasServer)
        {
            services.AddSingleton<MainListenerWatch>();
            services.AddHostedServiceWhenEnabled<MainListenerWatch>();
        }
    }

    private static void AddStreamEndings(this IServiceCollection services)
    {
        services.AddSingleton<HubConnections>();
        services.AddSingleton<RefuseUpgrades>();
        services.AddSingleton<IStartupFilter>(sp => IsEnabled(sp) ? sp.GetRequiredService<RefuseUpgrades>() : new NoStartupFilter());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, RefuseNegotiate>());

        // Read only by applications that use SignalR.
        services.AddSingleton<IConfigureOptions<HubOptions>>(sp => new ConfigureNamedOptions<HubOptions>(Options.Options.DefaultName, hubs =>
        {
            if (IsEnabled(sp))
            {
                hubs.AddFilter(sp.GetRequiredService<HubConnections>());
            }
        }));
    }

    /// <summary>Where a contract is declared, which may come later. A fleet without one has no levels that anybody could fail to cover.</summary>
    private static void AddCompatibilityGuard(this IServiceCollection services) => services.AddSingleton<IStartupFilter>(sp =>
        IsEnabled(sp) && sp.GetService<ICompatibility>() is { Contracts.Count: > 0 } compatibility ? new RefuseNotServing(compatibility) : new NoStartupFilter());

    private static void AddProbeListener(this IServiceCollection services)
    {
        services.AddSingleton(sp => new ProbeResponder(
            sp.GetRequiredService<IProbes>(), sp.GetRequiredService<ProbeOptions>(), IsEnabled(sp) && sp.GetService<IFleet>() is { } fleet ? new FleetDetail(fleet, sp.GetRequiredService<ICompatibility>()) : null));
        services.AddSingleton(sp => new DrainEndpoint(sp.GetRequiredService<IDrainCoordinator>(), sp.GetRequiredService<GracefulOptions>().Probes.Drain));
        services.AddSingleton(sp => new Lazy<ProbeResponder>(sp.GetRequiredService<ProbeResponder>));
        services.AddSingleton<ProbeListener>();
        services.AddSingleton<ProbeListenerService>();
        services.AddHostedServiceWhenEnabled<ProbeListenerService>();
    }

    private static bool IsEnabled(IServiceProvider services) => services.GetRequiredService<GracefulOptions>().Enabled;

    private sealed class NoStartupFilter : IStartupFilter
    {
        public Action<AspNetCore.Builder.IApplicationBuilder> Configure(Action<AspNetCore.Builder.IApplicationBuilder> next) => next;
    }
}
