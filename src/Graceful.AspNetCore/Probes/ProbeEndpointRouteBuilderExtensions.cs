using Graceful;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the probes on the main port.</summary>
public static class ProbeEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps <c>/startupz</c>, <c>/readyz</c> and <c>/livez</c> on the main port, beside the probe listener or instead of it
    /// (<c>Graceful:Probes:Port = 0</c>). <c>?verbose</c> answers here only with <see cref="ProbeOptions.VerboseFromAnywhere"/>, and
    /// <c>/drain</c> is never mapped here: behind a proxy on the same machine, everybody comes from loopback. Maps nothing when Graceful is
    /// disabled.
    /// </summary>
    /// <exception cref="InvalidOperationException">Graceful.AspNetCore is not registered.</exception>
    public static IEndpointConventionBuilder MapGracefulProbes(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var responder = endpoints.ServiceProvider.GetService<ProbeResponder>()
            ?? throw new InvalidOperationException("MapGracefulProbes needs builder.AddGraceful() of the package Graceful.AspNetCore.");
        var group = endpoints.MapGroup("").AllowAnonymous().ExcludeFromDescription().WithMetadata(new ProbeMetadata());
        if (endpoints.ServiceProvider.GetRequiredService<GracefulOptions>().Enabled)
        {
            group.Map(ProbePaths.Startup, c => responder.RespondAsync(c, ProbeKind.Startup, trustLoopback: false));
            group.Map(ProbePaths.Readiness, c => responder.RespondAsync(c, ProbeKind.Readiness, trustLoopback: false));
            group.Map(ProbePaths.Liveness, c => responder.RespondAsync(c, ProbeKind.Liveness, trustLoopback: false));
        }

        return group;
    }
}
