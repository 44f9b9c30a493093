using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Graceful;

/// <summary>Reads the session before an endpoint that says <see cref="SessionPreloadAttribute"/>. A policy of routing, so that no other endpoint pays for it.</summary>
internal sealed class PreloadSession : MatcherPolicy, IEndpointSelectorPolicy
{
    private readonly ConditionalWeakTable<Endpoint, Endpoint> _preloading = [];

    public override int Order => int.MaxValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(Preloads);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates.IsValidCandidate(i) && Preloads(candidates[i].Endpoint))
            {
                candidates.ReplaceEndpoint(i, _preloading.GetValue(candidates[i].Endpoint, Wrap), candidates[i].Values);
            }
        }

        return Task.CompletedTask;
    }

    private static bool Preloads(Endpoint endpoint) => endpoint.RequestDelegate is not null && endpoint.Metadata.GetMetadata<SessionPreloadAttribute>() is not null;

    private static Endpoint Wrap(Endpoint endpoint)
    {
        var handler = endpoint.RequestDelegate!;
        return endpoint is RouteEndpoint route
            ? new RouteEndpoint(PreloadAsync, route.RoutePattern, route.Order, route.Metadata, route.DisplayName)
            : new Endpoint(PreloadAsync, endpoint.Metadata, endpoint.DisplayName);

        async Task PreloadAsync(HttpContext context)
        {
            await context.Session.LoadAsync(context.RequestAborted).ConfigureAwait(false);
            await handler(context).ConfigureAwait(false);
        }
    }
}
