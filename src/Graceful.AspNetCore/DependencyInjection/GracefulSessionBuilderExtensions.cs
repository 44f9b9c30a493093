using Graceful;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps sessions so that they outlive the instance.</summary>
public static class GracefulSessionBuilderExtensions
{
    /// <summary>
    /// Keeps the sessions of <c>app.UseSession()</c> in the store that instances share (<c>AddRedis()</c>, before or after; without one, in this process), changed entry by entry and stored before the
    /// response begins. Cookie and idle timeout are set as ever, with <c>services.Configure&lt;SessionOptions&gt;(…)</c>; the cookie is Secure where the request is, unless that is set otherwise. Calling it
    /// twice registers once; both settings count.
    /// </summary>
    /// <param name="builder">What <c>AddGraceful</c> returned.</param>
    /// <param name="configure">Settings in code, after those of the configuration.</param>
    /// <exception cref="OptionsValidationException">Thrown when the host is started, with every fault of the configuration.</exception>
    public static IGracefulBuilder AddSession(this IGracefulBuilder builder, Action<SessionStateOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (configure is not null)
        {
            services.Configure(configure);
        }

        if (services.Any(d => d.ServiceType == typeof(GuardedSessionStore)))
        {
            return builder;
        }

        builder.AddDataProtection();
        services.AddHttpContextAccessor();
        services.RemoveAll<ISessionStore>();
        services.AddSingleton<ISessionStore, StateSessionStore>();

        // First of all configurations: whoever says otherwise is right.
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<SessionOptions>>(new ConfigureOptions<SessionOptions>(o => o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest)));
        services.AddSingleton<ConfigureSessionStateOptions>();
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<SessionStateOptions>>(sp => sp.GetRequiredService<ConfigureSessionStateOptions>()));
        services.AddSingleton<IValidateOptions<SessionStateOptions>, SessionStateOptionsValidator>();
        services.AddOptions<SessionStateOptions>().ValidateOnStart();
        services.AddSingleton(sp => sp.GetRequiredService<IOptions<SessionStateOptions>>().Value);
        services.AddHostedService<SessionRegistrationGuard>();
        services.AddHostedService<SessionSchemaGuard>();
        services.AddHostedService<SessionMoveGuard>();
        services.AddParts();
        return builder;
    }

    private static void AddParts(this IServiceCollection services)
    {
        services.TryAddSingleton<ISessionStateStore>(sp => new InMemorySessionStateStore(sp.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SessionMetrics>();
        services.AddSingleton<GuardedSessionStore>();
        services.AddSingleton(sp => new GuardedBlobStore(sp.GetRequiredService<GuardedSessionStore>(), sp.GetRequiredService<ISessionStateStore>(), sp.GetService<ISessionBlobStore>()));
        services.AddSingleton<EntryCodec>();
        services.Decorate<IDataProtectionProvider>((sp, provider) => new SessionCookieProtection(provider, sp.GetRequiredService<SessionStateOptions>, sp.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SessionCookie>();
        services.AddSingleton<SessionTouches>();
        services.AddSingleton<SessionNotes>();
        services.AddSingleton<ConnectedSessions>();
        services.AddSingleton<IWarmUpTask, SessionWarmUp>();
        services.AddSingleton<IDrainParticipant>(sp => sp.GetRequiredService<SessionTouches>());
        services.AddSingleton<ISessionAdmin, SessionAdmin>();
        services.AddSingleton<SessionRefusal>();
        services.AddSingleton<IStartupFilter>(sp => sp.GetRequiredService<SessionRefusal>());
        services.AddSingleton<IExceptionHandler>(sp => sp.GetRequiredService<SessionRefusal>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, PreloadSession>());
        services.AddSingleton(sp =>
        {
            var contract = sp.GetRequiredService<SessionStateOptions>().Contract;
            var levels = sp.GetService<ICompatibility>();
            levels = levels?.Contracts.Any(c => c.Name == contract) == true ? levels : null;
            var mover = sp.GetRequiredService<SessionStateOptions>().Move is null ? null : ActivatorUtilities.CreateInstance<SessionMover>(sp);
            return ActivatorUtilities.CreateInstance<SessionParts>(sp) with { Levels = levels, Mover = mover?.At(levels) };
        });
    }
}
