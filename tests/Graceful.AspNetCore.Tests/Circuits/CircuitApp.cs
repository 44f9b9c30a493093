using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Graceful.AspNetCore.Tests.Circuits;

/// <summary>A Blazor Web App on Kestrel, with one page (<see cref="Counter"/>).</summary>
internal static class CircuitApp
{
    /// <summary>Of the streams' grace: long enough for three quarters of it to be told from the whole on a loaded machine.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(4);

    public static Task<TestApp> StartAsync(IKeyRingStore ring, bool withCircuits = true, Action<GracefulOptions>? options = null, Action<IServiceCollection>? services = null) => TestApp.StartAsync(
        app =>
        {
            app.UseAntiforgery();
            app.MapRazorComponents<CounterApp>().AddInteractiveServerRenderMode();
        },
        o =>
        {
            o.Fleet.Name = "test";
            o.Drain.StreamGrace = Grace;
            options?.Invoke(o);
        },
        b =>
        {
            b.Services.AddSingleton(ring);
            b.Services.AddSingleton<OpenCounters>();
            services?.Invoke(b.Services);
            b.Services.AddRazorComponents().AddInteractiveServerComponents();
            _ = withCircuits ? b.AddGraceful().AddCircuits() : b.AddGraceful().AddDataProtection();
        });

    public static CircuitPauses Pauses(this TestApp app) => app.App.Services.GetRequiredService<CircuitPauses>();

    public static OpenCounters Counters(this TestApp app) => app.App.Services.GetRequiredService<OpenCounters>();
}
