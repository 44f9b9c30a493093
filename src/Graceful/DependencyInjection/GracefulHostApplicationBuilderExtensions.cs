using Graceful;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers Graceful in a host builder.</summary>
public static class GracefulHostApplicationBuilderExtensions
{
    /// <summary>
    /// Registers Graceful: lifecycle, draining on SIGTERM and every other request to leave, and probes from health checks, configured by
    /// the section <c>Graceful</c>. With the package Graceful.AspNetCore, <c>AddGraceful</c> on a concrete builder adds its part too.
    /// </summary>
    /// <param name="builder">The host builder.</param>
    /// <param name="configure">Settings in code, after those of the configuration.</param>
    /// <returns>The builder for adapters and the application's own parts.</returns>
    /// <exception cref="OptionsValidationException">Thrown when the host is built or started, with every fault of the configuration.</exception>
    public static IGracefulBuilder AddGraceful(this IHostApplicationBuilder builder, Action<GracefulOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Services.AddGraceful(builder.Configuration, configure);
    }
}
