using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Graceful;

/// <summary>Stops the start when registrations made around <c>AddGraceful</c> would silently leave a hole.</summary>
internal sealed class RegistrationGuard(IServiceCollection services) : IHostedLifecycleService
{
    /// <summary>By name, because this package does not know ASP.NET Core.</summary>
    private const string WebServer = "Microsoft.AspNetCore.Hosting.Server.IServer";

    /// <summary>By name as well: outside systemd its package need not be loaded.</summary>
    public static bool IsSystemdNotifier(ServiceDescriptor descriptor) => descriptor.ServiceType.FullName == "Microsoft.Extensions.Hosting.Systemd.ISystemdNotifier";

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (services.Any(d => d.ServiceType.FullName == WebServer) && !services.Any(d => d.ServiceType == typeof(ITrafficSource)))
        {
            throw new InvalidOperationException(
                "A web server is registered, but Graceful does not see its connections: reference the package Graceful.AspNetCore and call " +
                "builder.AddGraceful().AddAspNetCore() (on a WebApplicationBuilder, builder.AddGraceful() of that package is enough).");
        }

        // A decorated registration is a factory; AddSystemd's is a type.
        if (services.LastOrDefault(IsSystemdNotifier) is { ImplementationFactory: null })
        {
            throw new InvalidOperationException(
                "AddSystemd() was called after AddGraceful(), so systemd would be told READY=1 before this instance is ready: call AddSystemd() first.");
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
