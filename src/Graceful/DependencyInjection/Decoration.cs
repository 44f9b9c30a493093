using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Graceful;

/// <summary>Puts something around a service that somebody else registered.</summary>
internal static class Decoration
{
    /// <summary>
    /// Replaces the last registration of <typeparamref name="T"/>; false, and nothing happens, when there is none. The decorator disposes what
    /// it decorates; what was registered by its type is also disposed by the container, after the decorator.
    /// </summary>
    public static bool Decorate<T>(this IServiceCollection services, Func<IServiceProvider, T, T> decorate)
        where T : class => services.DecorateFromLast(decorate, many: false);

    /// <summary>Replaces every registration of <typeparamref name="T"/>.</summary>
    public static bool DecorateAll<T>(this IServiceCollection services, Func<IServiceProvider, T, T> decorate)
        where T : class => services.DecorateFromLast(decorate, many: true);

    private static bool DecorateFromLast<T>(this IServiceCollection services, Func<IServiceProvider, T, T> decorate, bool many)
        where T : class
    {
        var any = false;
        for (var i = services.Count - 1; i >= 0 && (many || !any); i--)
        {
            var descriptor = services[i];
            if (descriptor.ServiceType == typeof(T) && !descriptor.IsKeyedService)
            {
                services[i] = ServiceDescriptor.Describe(typeof(T), sp => decorate(sp, Create<T>(descriptor, sp)), descriptor.Lifetime);
                any = true;
                if (descriptor.ImplementationType is { } type)
                {
                    // Under its own name, so that the container creates it as before: ActivatorUtilities looks for its constructor anew, on the way to the first request.
                    services.TryAdd(ServiceDescriptor.Describe(type, type, descriptor.Lifetime));
                }
            }
        }

        return any;
    }

    /// <summary>A hosted service that is not there when Graceful is disabled, which is known only when services are resolved.</summary>
    public static void AddHostedServiceWhenEnabled<T>(this IServiceCollection services)
        where T : class, IHostedService => services.AddHostedServiceWhen<T>(o => o.Enabled);

    /// <summary>A hosted service that is created only where the settings ask for it.</summary>
    public static void AddHostedServiceWhen<T>(this IServiceCollection services, Func<GracefulOptions, bool> isWanted)
        where T : class, IHostedService =>
        services.AddSingleton<IHostedService>(sp => isWanted(sp.GetRequiredService<GracefulOptions>()) ? sp.GetRequiredService<T>() : new NoHostedService());

    private static T Create<T>(ServiceDescriptor descriptor, IServiceProvider services)
        where T : class =>
        (T)(descriptor.ImplementationInstance
            ?? descriptor.ImplementationFactory?.Invoke(services)
            ?? services.GetRequiredService(descriptor.ImplementationType!));

    private sealed class NoHostedService : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
