using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful;

/// <summary>
/// An instance that does not cover the levels of its fleet's data answers 503, whoever sends it a request all the same: a client with an open connection, a balancer that has not looked yet. Requests
/// that run already are left alone, and so are the probes, which say why.
/// </summary>
/// <remarks>The answer names no reason: that holds names of hosts, and whoever asks on the main port may be anybody.</remarks>
internal sealed class RefuseNotServing(ICompatibility compatibility) : IStartupFilter
{
    private static readonly byte[] Body = Encoding.UTF8.GetBytes(
        """{"type":"urn:graceful:not-serving","title":"This instance does not serve at the moment.","status":503,"detail":"Another instance can answer: try again."}""");

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        // Not async: while serving a request passes without an allocation.
        app.Use(rest => context => compatibility.IsServing ? rest(context) : IsProbe(context.Request.Path) ? PassProbe(context, rest) : RefuseAsync(context));
        next(app);
    };

    public static Task RefuseAsync(HttpContext context)
    {
        RefuseUpgrades.Answer(context);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = ProblemResponse.ContentType;
        context.Response.ContentLength = Body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(Body).AsTask();
    }

    /// <summary>By its end: the probes may be mapped in a group, or below a path base.</summary>
    private static bool IsProbe(PathString path) =>
        path.Value is { } value && (Ends(value, ProbePaths.Startup) || Ends(value, ProbePaths.Readiness) || Ends(value, ProbePaths.Liveness));

    private static bool Ends(string path, string end) => path.EndsWith(end, StringComparison.OrdinalIgnoreCase);

    private static Task PassProbe(HttpContext context, RequestDelegate rest)
    {
        context.Features.Set<IEndpointFeature>(new ProbesOnly());
        return rest(context);
    }

    /// <summary>Routing decides later: what turns out to be no probe is refused after all.</summary>
    private sealed class ProbesOnly : IEndpointFeature
    {
        private static readonly Endpoint Refused = new(RefuseAsync, EndpointMetadataCollection.Empty, "Graceful: not serving");
        private Endpoint? _endpoint;

        public Endpoint? Endpoint
        {
            get => _endpoint;
            set => _endpoint = value is null || value.Metadata.GetMetadata<ProbeMetadata>() is not null ? value : Refused;
        }
    }
}
