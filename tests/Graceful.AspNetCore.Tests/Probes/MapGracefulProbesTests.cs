using System.Net;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Probes;

public class MapGracefulProbesTests
{
    [Fact]
    public async Task MainPort_AnswersProbes_ButNoDetailAndNoDrain()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGracefulProbes(), o => o.Probes.Drain.Enabled = true);
        await using var client = await RawClient.ConnectAsync(test.Http);

        Assert.Equal(200, (await client.GetAsync("/startupz")).Status);
        Assert.Equal(200, (await client.GetAsync("/livez")).Status);
        var verbose = await client.GetAsync("/readyz?verbose");
        Assert.Equal((200, "Healthy"), (verbose.Status, verbose.Body));
        Assert.Equal(404, (await client.GetAsync("/drain")).Status);
        await client.SendAsync("POST /readyz HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n");
        Assert.Equal(405, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Readiness_FailsInTheLameDuck_WhileTheMainPortServes()
    {
        await using var test = await TestApp.StartAsync(
            app => app.MapGracefulProbes(), o => o.Drain.PropagationDelay = TimeSpan.FromSeconds(2));
        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.LameDuck);
        await using var client = await RawClient.ConnectAsync(test.Http);

        Assert.Equal(503, (await client.GetAsync("/readyz")).Status);
        Assert.Equal(InstancePhase.LameDuck, test.Lifecycle.Phase);
        await drain;
    }

    [Fact]
    public async Task Endpoints_AreOpenToProbesThatHaveNoAccount()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGracefulProbes());
        var endpoints = test.App.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).ToList();

        Assert.Equal(3, endpoints.Count);
        Assert.All(endpoints, e => Assert.NotNull(e.Metadata.GetMetadata<IAllowAnonymous>()));
    }

    [Fact]
    public async Task Disabled_MapsNothing()
    {
        await using var test = TestApp.Build(app => app.MapGracefulProbes(), o => o.Enabled = false);
        await test.App.StartAsync();
        using var client = new HttpClient { BaseAddress = test.Http };

        using var response = await client.GetAsync("/livez");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task WithoutRegistration_NamesTheCallToMake()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();

        var fault = Assert.Throws<InvalidOperationException>(() => app.MapGracefulProbes());

        Assert.Contains("AddGraceful", fault.Message, StringComparison.Ordinal);
    }
}
