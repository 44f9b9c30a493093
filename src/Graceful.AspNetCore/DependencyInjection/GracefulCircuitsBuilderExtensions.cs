using Graceful;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Hands the circuits of Blazor Server over to other instances.</summary>
public static class GracefulCircuitsBuilderExtensions
{
    /// <summary>
    /// In a drain, the pages of a Blazor Web App with interactive server rendering are paused here and resume on another instance, with what their components marked as <c>[PersistentState]</c>. The state
    /// travels through the browser, protected by Data Protection: instances share their ring of keys (<c>AddRedis()</c>, before or after, or <c>PersistKeysTo…</c>). Calling it twice registers once.
    /// </summary>
    /// <param name="builder">What <c>AddGraceful</c> returned.</param>
    public static IGracefulBuilder AddCircuits(this IGracefulBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.Any(d => d.ServiceType == typeof(CircuitPauses)))
        {
            return builder;
        }

        builder.AddDataProtection();
        services.AddSingleton<CircuitPauses>();
        services.AddSingleton<IHubFarewell>(sp => sp.GetRequiredService<CircuitPauses>());
        services.AddSingleton<PausedConnections>();
        services.AddSingleton<IConfigureOptions<HubOptions>>(sp => new ConfigureNamedOptions<HubOptions>(Options.Options.DefaultName, hubs =>
        {
            if (IsEnabled(sp))
            {
                hubs.AddFilter(sp.GetRequiredService<PausedConnections>());
            }
        }));
        services.AddScoped<PausableCircuit>();
        services.AddScoped<CircuitHandler>(sp => IsEnabled(sp) ? sp.GetRequiredService<PausableCircuit>() : new NoCircuitHandler());
        return builder;
    }

    private static bool IsEnabled(IServiceProvider services) => services.GetRequiredService<GracefulOptions>().Enabled;

    private sealed class NoCircuitHandler : CircuitHandler;
}
