using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing.Matching;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>Among the endpoints that a path may mean, only SignalR's negotiate is refused, and only while draining.</summary>
public sealed class RefuseNegotiateTests : IDisposable
{
    private static readonly Endpoint Negotiate = new(null, new EndpointMetadataCollection(new NegotiateMetadata()), "negotiate");
    private static readonly Endpoint CatchAll = new(null, EndpointMetadataCollection.Empty, "catch-all");
    private readonly FakeTraffic _traffic = new();

    public void Dispose() => _traffic.Dispose();

    [Fact]
    public async Task Draining_ReplacesNegotiateAlone_AndRevivesNobody()
    {
        _traffic.Source.BeginDrain();
        var candidates = new CandidateSet([Negotiate, CatchAll, Negotiate], [[], [], []], [0, 1, 2]);
        candidates.SetValidity(2, false);

        await new RefuseNegotiate(_traffic.Source).ApplyAsync(new DefaultHttpContext(), candidates);

        Assert.Equal(["Graceful: draining", "catch-all"], [candidates[0].Endpoint.DisplayName!, candidates[1].Endpoint.DisplayName!]);
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(candidates.IsValidCandidate));
    }

    [Fact]
    public async Task LameDuck_ReplacesNobody()
    {
        _traffic.Source.BeginLameDuck(TimeSpan.FromSeconds(5));
        var candidates = new CandidateSet([Negotiate], [[]], [0]);

        await new RefuseNegotiate(_traffic.Source).ApplyAsync(new DefaultHttpContext(), candidates);

        Assert.Same(Negotiate, candidates[0].Endpoint);
    }

    [Fact]
    public void Applies_OnlyWhereThereIsANegotiate()
    {
        var policy = new RefuseNegotiate(_traffic.Source);

        Assert.True(policy.AppliesToEndpoints([CatchAll, Negotiate]));
        Assert.False(policy.AppliesToEndpoints([CatchAll]));
    }
}
