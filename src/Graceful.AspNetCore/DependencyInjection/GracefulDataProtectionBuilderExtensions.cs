using Graceful;
using Microsoft.AspNetCore.DataProtection.Infrastructure;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.KeyManagement.Internal;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Gives the fleet one key ring for Data Protection.</summary>
public static class GracefulDataProtectionBuilderExtensions
{
    /// <summary>
    /// Keeps the keys of ASP.NET Core's Data Protection in the fleet's store (<c>AddRedis()</c>, before or after), under the fleet's name, so that every instance reads the cookies and tokens of every
    /// other. The first key is made once, before any instance is ready; an instance that cannot read the ring is not ready. Configured by the section <c>Graceful:KeyRing</c>. Calling it twice registers
    /// once; both settings in code count.
    /// </summary>
    /// <remarks>
    /// What the application says by <c>services.AddDataProtection()</c>, before or after, counts: <c>ProtectKeysWith…</c>, which is recommended; <c>SetApplicationName</c>; and <c>PersistKeysTo…</c>, with
    /// which Graceful leaves the keys alone, and the log says so. Without a store Data Protection keeps its keys as it does by itself.
    /// </remarks>
    /// <param name="builder">What <c>AddGraceful</c> returned.</param>
    /// <param name="configure">Settings in code, after those of the configuration.</param>
    /// <exception cref="OptionsValidationException">Thrown when the host is started, with every fault of the configuration.</exception>
    public static IGracefulBuilder AddDataProtection(this IGracefulBuilder builder, Action<KeyRingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (configure is not null)
        {
            services.Configure(configure);
        }

        if (services.Any(d => d.ServiceType == typeof(FleetKeyRing)))
        {
            return builder;
        }

        services.AddDataProtection();
        services.AddKeyRingOptions();
        services.AddSingleton<FleetKeyRing>();
        services.AddSingleton<RingChange>();
        services.AddSingleton<IPostConfigureOptions<KeyManagementOptions>>(sp =>
            new KeepKeysInStore(sp.GetRequiredService<GracefulOptions>(), sp.GetService<IKeyRingStore>(), sp.GetRequiredService<TimeProvider>()));
        services.NameAfterFleet();
        services.CreateKeysOnce();
        services.AddSingleton<RingIdentity>();
        services.AddSingleton<IKeyRingIdentity>(sp => sp.GetRequiredService<RingIdentity>());
        services.AddSingleton<RingComparison>();
        services.AddSingleton<KeyRingWatch>();
        services.AddSingleton<IWarmUpTask>(sp => new KeyRingWarmUp(sp.GetRequiredService<FleetKeyRing>(), sp.GetRequiredService<KeyRingWatch>(), sp.GetService<IKeyRingStore>()));
        services.AddHostedServiceWhenEnabled<KeyRingWatch>();
        return builder;
    }

    private static void AddKeyRingOptions(this IServiceCollection services)
    {
        services.AddSingleton<ConfigureKeyRingOptions>();

        // First of all configurations, so that code has the last word wherever this call stands.
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<KeyRingOptions>>(sp => sp.GetRequiredService<ConfigureKeyRingOptions>()));
        services.AddSingleton<IValidateOptions<KeyRingOptions>>(sp => sp.GetRequiredService<ConfigureKeyRingOptions>());
        services.AddOptions<KeyRingOptions>().ValidateOnStart();
    }

    /// <summary>Only where the name would be the framework's default, and the keys are the fleet's.</summary>
    private static void NameAfterFleet(this IServiceCollection services) => services.Decorate<IApplicationDiscriminator>((sp, discriminator) =>
        discriminator.GetType().Assembly == typeof(KeyManagementOptions).Assembly && sp.GetRequiredService<FleetKeyRing>() is { Repository: not null } ring
            ? new FleetDiscriminator(ring.Application) : discriminator);

    /// <summary>Data Protection's own provider of the ring, with another view of the keys.</summary>
    private static void CreateKeysOnce(this IServiceCollection services)
    {
        for (var i = 0; i < services.Count; i++)
        {
            if (services[i].ServiceType == typeof(IKeyRingProvider) && services[i].ImplementationType is { } type)
            {
                services[i] = ServiceDescriptor.Singleton(sp => (IKeyRingProvider)ActivatorUtilities.CreateInstance(sp, type, Keys(sp)));
            }
        }
    }

    private static IKeyManager Keys(IServiceProvider services)
    {
        var keys = services.GetRequiredService<IKeyManager>();
        return services.GetRequiredService<FleetKeyRing>().Repository is { } repository
            ? new SingleKeyCreation(keys, repository, services.GetRequiredService<IKeyRingStore>(), services.GetRequiredService<RingChange>(), services.GetRequiredService<TimeProvider>())
            : keys;
    }
}
