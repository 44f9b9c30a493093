using System.Diagnostics;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Graceful.AspNetCore.Tests.DependencyInjection;

/// <summary>Hosts of the older kind: <c>Host.CreateDefaultBuilder</c> and a <c>Startup</c> class.</summary>
public class StartupClassTests
{
    [Fact]
    public async Task Host_DrainsAsAnyOther()
    {
        var log = new CapturedLog();
        using var host = Create(log, web => web.UseUrls("http://127.0.0.1:0")).Build();
        await host.StartAsync();
        var lifecycle = host.Services.GetRequiredService<IInstanceLifecycle>();
        await Eventually.True(() => lifecycle.IsReady, "the instance is ready");
        Assert.IsType<TrackingServer>(host.Services.GetRequiredService<IServer>());
        var address = new Uri(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        await using var client = await RawClient.ConnectAsync(address);
        Assert.Equal("started up", (await client.GetAsync("/")).Body);
        var exit = host.WaitForShutdownAsync();
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await Eventually.True(() => lifecycle.Phase == InstancePhase.LameDuck, "the lame duck");

        await using var late = await RawClient.ConnectAsync(address);
        Assert.Equal(200, (await late.GetAsync("/")).Status);
        Assert.Equal(ConnectionEnd.Clean, await client.ReadToEndAsync());

        await exit.Within("the exit");
        Assert.Contains("outcome=clean", Assert.Single(log.Named("DrainReport")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TestServer_HasNoDelay()
    {
        using var host = Create(new CapturedLog(), web => web.UseTestServer(), port: ProbePort.Next()).Build();
        await host.StartAsync();
        var lifecycle = host.Services.GetRequiredService<IInstanceLifecycle>();
        await Eventually.True(() => lifecycle.IsReady, "the instance is ready");
        Assert.Equal("started up", await host.GetTestClient().GetStringAsync("/"));

        var start = Stopwatch.GetTimestamp();
        await host.StopAsync();

        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(4), $"the end took {Stopwatch.GetElapsedTime(start)}");
    }

    private static IHostBuilder Create(CapturedLog log, Action<IWebHostBuilder> configure, int port = 0) => Host.CreateDefaultBuilder(["--hostBuilder:reloadConfigOnChange=false"])
        .UseContentRoot(Path.GetTempPath())
        .ConfigureAppConfiguration(c => c.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Graceful:Drain:PropagationDelay"] = port == 0 ? "00:00:01" : "00:00:10",
            ["Graceful:Drain:MinimumPropagation"] = "00:01:00",
            ["Graceful:Probes:Port"] = $"{port}",
        }))
        .ConfigureLogging(l => l.ClearProviders().AddProvider(log))
        .ConfigureWebHostDefaults(web => configure(web.UseStartup<Startup>()));

    private sealed class Startup(IConfiguration configuration)
    {
        public void ConfigureServices(IServiceCollection services) => services.AddGraceful(configuration).AddAspNetCore();

        public void Configure(IApplicationBuilder app)
        {
            Assert.NotNull(configuration);
            app.UseRouting().UseEndpoints(e => e.MapGet("/", () => "started up"));
        }
    }
}
