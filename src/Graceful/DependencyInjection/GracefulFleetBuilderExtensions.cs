using System.Diagnostics.CodeAnalysis;
using Graceful;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the fleet and the levels of its data formats.</summary>
public static class GracefulFleetBuilderExtensions
{
    /// <summary>
    /// Makes this instance a member of its fleet: it holds a lease, sees the others (<see cref="IFleet"/>), and a fault of a dependency that all share leaves enough of them ready. Without a store
    /// that processes share (<c>AddRedis()</c>, before or after) it sees only itself. Calling it twice registers once.
    /// </summary>
    public static IGracefulBuilder AddFleet(this IGracefulBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.Any(d => d.ServiceType == typeof(FleetLoop)))
        {
            return builder;
        }

        services.TryAddSingleton<IFleetStore>(sp => new InMemoryFleetStore(sp.GetRequiredService<TimeProvider>()));
        var declarations = Declarations(services);
        services.AddSingleton(_ => declarations.Build());
        services.AddSingleton(sp => sp.GetRequiredService<GracefulOptions>().Fleet);
        services.AddSingleton(sp => sp.GetRequiredService<GracefulOptions>().Compatibility);
        services.AddSingleton(sp => MemberTimings.Of(
            sp.GetRequiredService<FleetOptions>(), sp.GetRequiredService<CompatibilityOptions>(), sp.GetRequiredService<IFleetStore>()));
        services.AddMember();
        services.AddLevels();
        services.AddHostedServiceWhenEnabled<FleetLoop>();
        return builder;
    }

    /// <summary>
    /// Declares which levels of which data formats this build reads and writes, and makes it a member of its fleet (<see cref="AddFleet"/>): it serves only while it covers every level that may
    /// exist, and writes the level that all can read (<see cref="ICompatibility"/>). Several calls add up.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Declares the contracts. A fault stops the start, with every other fault of the configuration.</param>
    public static IGracefulBuilder AddCompatibility(this IGracefulBuilder builder, Action<CompatibilityBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        configure(Declarations(builder.Services));
        return builder.AddFleet();
    }

    /// <summary>
    /// Adds a hosted service that runs only while this instance serves: a consumer that reads and writes data with levels. It is started when the fleet has taken this instance in, stopped when it
    /// no longer serves, and may be started again. Without <see cref="AddFleet"/> or with <c>Graceful:Enabled=false</c> it is an ordinary hosted service.
    /// </summary>
    /// <typeparam name="T">The service; a singleton.</typeparam>
    public static IGracefulBuilder AddGatedHostedService<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IGracefulBuilder builder)
        where T : class, IHostedService
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<T>();
        builder.Services.AddSingleton<IHostedService>(sp => sp.GetRequiredService<GracefulOptions>().Enabled && sp.GetService<MemberState>() is { } member
            ? new GatedHostedService<T>(sp.GetRequiredService<T>(), member, sp.GetRequiredService<ILogger<GatedHostedService<T>>>())
            : sp.GetRequiredService<T>());
        return builder;
    }

    private static void AddMember(this IServiceCollection services)
    {
        services.AddSingleton<FleetMetrics>();
        services.AddSingleton<FenceClock>();
        services.AddSingleton<SelfDescription>();
        services.AddSingleton<SharedFaults>();
        services.AddSingleton<TimedFleetStore>();
        services.AddSingleton<MemberState>();
        services.AddSingleton<FleetSteering>();
        services.AddSingleton<FleetRenewal>();
        services.AddSingleton<FleetLoop>();
        services.AddSingleton<FleetReadiness>();
        services.AddSingleton<IReadinessContributor>(sp => sp.GetRequiredService<FleetReadiness>());
        services.AddSingleton<FleetDirectory>();
        services.AddSingleton<IFleet>(sp => sp.GetRequiredService<GracefulOptions>().Enabled
            ? sp.GetRequiredService<FleetDirectory>() : new DisabledFleet(sp.GetRequiredService<GracefulOptions>()));
    }

    private static void AddLevels(this IServiceCollection services)
    {
        services.AddSingleton<LevelGate>();
        services.AddSingleton<MismatchText>();
        services.AddSingleton<RaiseReminder>();
        services.AddSingleton<MemberCompatibility>();
        services.AddSingleton<CompatibilityAdmin>();
        services.AddSingleton<ICompatibility>(sp => sp.GetRequiredService<GracefulOptions>().Enabled
            ? sp.GetRequiredService<MemberCompatibility>() : new DisabledCompatibility(sp.GetRequiredService<ContractCatalog>()));
        services.AddSingleton<ICompatibilityAdmin>(sp => sp.GetRequiredService<GracefulOptions>().Enabled
            ? sp.GetRequiredService<CompatibilityAdmin>() : new DisabledCompatibilityAdmin(sp.GetRequiredService<ICompatibility>()));
    }

    /// <summary>One for the host, whoever adds to it.</summary>
    private static CompatibilityBuilder Declarations(IServiceCollection services)
    {
        if (services.FirstOrDefault(d => d.ServiceType == typeof(CompatibilityBuilder))?.ImplementationInstance is CompatibilityBuilder known)
        {
            return known;
        }

        var declarations = new CompatibilityBuilder();
        services.AddSingleton(declarations);
        return declarations;
    }
}
