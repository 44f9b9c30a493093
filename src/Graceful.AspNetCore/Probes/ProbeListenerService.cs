using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Graceful;

/// <summary>Opens the probe port before any hosted service starts, where one makes sense, and guards the registrations it depends on.</summary>
internal sealed class ProbeListenerService(ProbeListener listener, ProbeOptions options, IServiceProvider services, IConfiguration configuration)
    : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        var server = services.GetService<IServer>();
        if (TestHost.IsTestServer(server) || TestHost.IsTestKestrel(server))
        {
            // Several test hosts run in one process: no fixed port, no delay.
            return Task.CompletedTask;
        }

        if (server is not (null or TrackingServer))
        {
            throw new InvalidOperationException(
                $"The web server {server.GetType().Name} was registered after Graceful, which does not see its connections: call AddAspNetCore() after the web host is configured.");
        }

        if (options.Port == 0)
        {
            return Task.CompletedTask;
        }

        if (MainAddress() is { } address)
        {
            throw new InvalidOperationException($"Graceful:Probes:Port = {options.Port} must differ from the main port ({address}).");
        }

        listener.Open();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The host has not started while its probes have not.</summary>
    public Task StartedAsync(CancellationToken cancellationToken) => listener.ServeAsync().WaitAsync(cancellationToken);

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The configured main address on the probe port; null when there is none.</summary>
    private string? MainAddress()
    {
        // As Kestrel does: endpoints hide the addresses, addresses hide the ports (which container images set).
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(e => e["Url"] ?? "").ToList();
        var urls = Values("urls");
        var addresses = endpoints.Count > 0 ? endpoints
            : urls.Length > 0 ? urls
            : Values("http_ports").Select(p => $"http://*:{p}").Concat(Values("https_ports").Select(p => $"https://*:{p}"));
        return addresses.FirstOrDefault(a => a.TrimEnd('/').EndsWith($":{options.Port}", StringComparison.Ordinal));

        string[] Values(string key) => (configuration[key] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
