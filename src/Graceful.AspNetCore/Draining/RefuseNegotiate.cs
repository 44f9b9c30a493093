using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Graceful;

/// <summary>
/// Refuses SignalR's negotiate once the lame duck has ended, so that a client that was told to reconnect does not come back here. An
/// endpoint policy, because a middleware in front of routing sees no endpoint. Not earlier: a client does not retry its first connect.
/// </summary>
internal sealed class RefuseNegotiate(KestrelTraffic traffic) : MatcherPolicy, IEndpointSelectorPolicy
{
    private static readonly Endpoint Refused = new(
        context =>
        {
            RefuseUpgrades.Answer(context);
            return Task.CompletedTask;
        },
        EndpointMetadataCollection.Empty,
        "Graceful: draining");

    public override int Order => int.MaxValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(IsNegotiate);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        if (!traffic.IsDraining)
        {
            return Task.CompletedTask;
        }

        for (var i = 0; i < candidates.Count; i++)
        {
            if (IsNegotiate(candidates[i].Endpoint))
            {
                candidates.ReplaceEndpoint(i, Refused, candidates[i].Values);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>By name: asked of every endpoint at the first request, it must not load SignalR's assemblies into an application without it.</summary>
    private static bool IsNegotiate(Endpoint endpoint)
    {
        foreach (var metadata in endpoint.Metadata)
        {
            if (metadata.GetType().FullName == "Microsoft.AspNetCore.Http.Connections.NegotiateMetadata")
            {
                return true;
            }
        }

        return false;
    }
}
