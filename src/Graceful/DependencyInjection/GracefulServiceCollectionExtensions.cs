using Graceful;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Graceful in a service collection.</summary>
public static class GracefulServiceCollectionExtensions
{
    /// <summary>
    /// Registers Graceful for hosts without an <see cref="IHostApplicationBuilder"/>, such as a <c>Startup</c> class. A web application
    /// also calls <c>.AddAspNetCore()</c> on the result. Calling it twice registers once.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="configuration">The root configuration; its section <c>Graceful</c> is read.</param>
    /// <param name="configure">Settings in code, after those of the configuration.</param>
    /// <returns>The builder for adapters and the application's own parts.</returns>
    /// <exception cref="OptionsValidationException">Thrown when the host is built or started, with every fault of the configuration.</exception>
    public static IGracefulBuilder AddGraceful(this IServiceCollection services, IConfiguration configuration, Action<GracefulOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        if (configure is not null)
        {
            services.Configure(configure);
        }

        if (services.Any(d => d.ServiceType == typeof(DrainCoordinator)))
        {
            return new GracefulBuilder(services);
        }

        services.AddOptionsFrom(configuration);
        services.AddLifecycle();
        services.AddProbes();
        services.AddDraining();
        services.AddHostSeam();
        return new GracefulBuilder(services);
    }

    private static void AddOptionsFrom(this IServiceCollection services, IConfiguration configuration)
    {
        var read = new ConfigureGracefulOptions(configuration);

        // First of all configurations, so that code has the last word wherever AddGraceful stands.
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<GracefulOptions>>(read));
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<GracefulOptions>>(sp => new FleetDefaults(configuration, sp.GetService<IHostEnvironment>())));
        services.AddSingleton<IValidateOptions<GracefulOptions>>(sp => new GracefulOptionsValidator(read, sp));
        services.AddOptions();

        // No ValidateOnStart: the host cannot be created without the validated options (AddHostSeam), and reading them twice would cost every start.
        services.AddSingleton(sp => sp.GetRequiredService<IOptions<GracefulOptions>>().Value);
        services.AddSingleton(sp => sp.GetRequiredService<GracefulOptions>().Drain);
        services.AddSingleton(sp => sp.GetRequiredService<GracefulOptions>().Connections);
        services.AddSingleton(sp => sp.GetRequiredService<GracefulOptions>().WarmUp);
        services.AddSingleton(sp => sp.GetRequiredService<GracefulOptions>().Probes);
        services.AddSingleton(sp => sp.GetRequiredService<GracefulOptions>().Probes.Liveness);
    }

    private static void AddLifecycle(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<GracefulMetrics>();
        services.AddSingleton<InstanceLifecycle>();
        services.AddSingleton<IInstanceLifecycle>(sp =>
            sp.GetRequiredService<GracefulOptions>().Enabled ? sp.GetRequiredService<InstanceLifecycle>() : new DisabledInstanceLifecycle());
        services.AddSingleton<WarmUpRunner>();
    }

    private static void AddProbes(this IServiceCollection services)
    {
        services.AddSingleton(sp => new HealthChecks(services, sp));
        services.AddSingleton<CheckRefresher>();
        services.AddSingleton<Watchdogs>();
        services.AddSingleton<IWatchdogs>(sp => sp.GetRequiredService<Watchdogs>());
        services.AddSingleton<ProbeEvaluator>();
        services.AddSingleton<IProbes>(sp =>
            sp.GetRequiredService<GracefulOptions>().Enabled ? sp.GetRequiredService<ProbeEvaluator>() : new DisabledProbes());
        services.AddSingleton<ReadinessFile>();
        services.AddHostedServiceWhenEnabled<CheckRefresher>();
        services.AddHostedServiceWhen<ReadinessFile>(o => o.Enabled && o.Probes.ReadinessFile is not null);
    }

    private static void AddDraining(this IServiceCollection services)
    {
        services.AddSingleton<TrafficSources>();
        services.AddSingleton<FlushSequence>();
        services.AddSingleton<DrainCoordinator>();
        services.AddSingleton<SignalWatcher>();
        services.AddSingleton<DrainService>();
        services.AddSingleton<IDrainCoordinator>(sp =>
            sp.GetRequiredService<GracefulOptions>().Enabled ? sp.GetRequiredService<DrainCoordinator>() : new DisabledDrainCoordinator());
        services.AddSingleton(new RegistrationGuard(services));
        services.AddHostedServiceWhenEnabled<RegistrationGuard>();
        services.AddHostedServiceWhenEnabled<DrainService>();
        services.AddSingleton<IPostConfigureOptions<HostOptions>, ShutdownTimeoutFitsBudget>();
    }

    /// <summary>What the host resolves to be stopped and started by; see <see cref="DrainingApplicationLifetime"/>.</summary>
    private static void AddHostSeam(this IServiceCollection services)
    {
        services.Replace(ServiceDescriptor.Singleton<IHostApplicationLifetime>(sp => sp.GetRequiredService<GracefulOptions>().Enabled
            ? new DrainingApplicationLifetime(
                sp.GetRequiredService<DrainCoordinator>(), sp.GetRequiredService<IOptions<HostOptions>>(), sp.GetRequiredService<ILogger<ApplicationLifetime>>())
            : new ApplicationLifetime(sp.GetRequiredService<ILogger<ApplicationLifetime>>())));
        services.Decorate<IHost>((sp, host) => sp.GetRequiredService<GracefulOptions>().Enabled
            ? new CancellableStartHost(
                host, sp.GetRequiredService<DrainCoordinator>(), sp.GetRequiredService<IHostApplicationLifetime>(), sp.GetRequiredService<ILogger<CancellableStartHost>>())
            : host);
        if (services.Any(RegistrationGuard.IsSystemdNotifier))
        {
            services.HoldSystemdReady();
        }
    }

    private static void HoldSystemdReady(this IServiceCollection services) => services.Decorate<ISystemdNotifier>((sp, notifier) =>
        sp.GetRequiredService<GracefulOptions>().Enabled ? new ReadySystemdNotifier(notifier, sp.GetRequiredService<InstanceLifecycle>()) : notifier);
}
