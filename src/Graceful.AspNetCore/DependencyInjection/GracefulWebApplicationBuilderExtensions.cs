using Graceful;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers Graceful with its ASP.NET Core part.</summary>
public static class GracefulWebApplicationBuilderExtensions
{
    /// <summary>
    /// Registers Graceful in a web application: lifecycle, draining with Kestrel's connections and requests, and the probe listener,
    /// configured by the section <c>Graceful</c>.
    /// </summary>
    /// <param name="builder">The application builder.</param>
    /// <param name="configure">Settings in code, after those of the configuration.</param>
    /// <exception cref="OptionsValidationException">Thrown when the host is built or started, with every fault of the configuration.</exception>
    public static IGracefulBuilder AddGraceful(this WebApplicationBuilder builder, Action<GracefulOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return ((IHostApplicationBuilder)builder).AddGraceful(configure).AddAspNetCore();
    }

    /// <summary>Registers Graceful in a worker, with the probes on an HTTP listener of their own.</summary>
    /// <param name="builder">The host builder.</param>
    /// <param name="configure">Settings in code, after those of the configuration.</param>
    /// <exception cref="OptionsValidationException">Thrown when the host is built or started, with every fault of the configuration.</exception>
    public static IGracefulBuilder AddGraceful(this HostApplicationBuilder builder, Action<GracefulOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return ((IHostApplicationBuilder)builder).AddGraceful(configure).AddAspNetCore();
    }
}
