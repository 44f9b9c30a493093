using Graceful;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps in Redis what instances share.</summary>
public static class GracefulRedisBuilderExtensions
{
    /// <summary>
    /// Keeps the fleet and the sessions in Redis, configured by the section <c>Graceful:Redis</c>. A Redis that cannot be reached does not stop the start: the instance is not ready until it can.
    /// Calling it twice registers once; both settings in code count.
    /// </summary>
    /// <param name="builder">What <c>AddGraceful</c> returned.</param>
    /// <param name="configure">Settings in code, after those of the configuration.</param>
    /// <exception cref="OptionsValidationException">Thrown when the host is started, with every fault of the configuration.</exception>
    public static IGracefulBuilder AddRedis(this IGracefulBuilder builder, Action<RedisOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (configure is not null)
        {
            services.Configure(configure);
        }

        if (services.Any(d => d.ServiceType == typeof(RedisConnection)))
        {
            return builder;
        }

        services.AddSingleton<ConfigureRedisOptions>();

        // First of all configurations, so that code has the last word wherever AddRedis stands.
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<RedisOptions>>(sp => sp.GetRequiredService<ConfigureRedisOptions>()));
        services.AddSingleton<IValidateOptions<RedisOptions>, RedisOptionsValidator>();
        services.AddOptions<RedisOptions>().ValidateOnStart();
        services.AddSingleton<RedisConnection>();
        services.RemoveAll<IFleetStore>();
        services.AddSingleton<IFleetStore>(sp => new RedisFleetStore(
            sp.GetRequiredService<RedisConnection>(), sp.GetRequiredService<GracefulOptions>().Fleet.Name ?? "default", sp.GetRequiredService<TimeProvider>(), sp.GetRequiredService<ILogger<RedisFleetStore>>()));
        services.RemoveAll<ISessionStateStore>();
        services.AddSingleton<ISessionStateStore>(sp => new RedisSessionStateStore(
            sp.GetRequiredService<RedisConnection>(), sp.GetRequiredService<GracefulOptions>().Fleet.Name ?? "default", sp.GetRequiredService<TimeProvider>()));

        // Read only by who moves sessions away from ASP.NET Core's own store.
        services.TryAddSingleton<ISessionBlobStore>(sp => new RedisSessionBlobStore(sp.GetRequiredService<RedisConnection>()));

        // Read only by who keeps Data Protection's keys here.
        services.TryAddSingleton<IKeyRingStore>(sp => new RedisKeyRingStore(sp.GetRequiredService<RedisConnection>(), sp.GetRequiredService<GracefulOptions>().Fleet.Name ?? "default"));
        return builder;
    }
}
