using System.Diagnostics;
using System.Net;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Graceful.AspNetCore.Tests.DependencyInjection;

/// <summary>The sample, tested as a user tests an application: its settings say 5 s of propagation delay and probes on port 9090.</summary>
public class WebApplicationFactoryTests
{
    [Fact]
    public async Task SeveralInParallel_HaveNoProbeListener_AndEndAtOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            var log = new CapturedLog();
            var factory = Create(log);
            using var client = factory.CreateClient();
            using var response = await client.GetAsync("/api/version");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(InstancePhase.Ready, await ReadyAsync(factory.Services));
            Assert.Empty(log.Named("ProbesListening"));
            Assert.Empty(log.Named("ProbePortBusy"));
            var start = Stopwatch.GetTimestamp();
            await factory.DisposeAsync();
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(4), $"the end took {Stopwatch.GetElapsedTime(start)}");
        }));
    }

    [Fact]
    public async Task DrainAsync_FiresTheDrainToken_SoThatATestCanSeeItsHandlerLeave()
    {
        await using var factory = Create(new CapturedLog());
        using var client = factory.CreateClient();
        using var response = await client.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        await ReadyAsync(factory.Services);

        var report = await factory.Services.GetRequiredService<IDrainCoordinator>().DrainAsync("test").Within("the drain");

        Assert.True(report.LameDuck < TimeSpan.FromSeconds(4), $"the lame duck took {report.LameDuck}");
        using var reader = new StreamReader(body);
        await reader.ReadToEndAsync().Within("the end of the stream");
    }

    [Fact]
    public async Task UseKestrel_ServesOnARealPort()
    {
        var log = new CapturedLog();
        await using var factory = Create(log);

        // Not UseKestrel(0): the factory sets the port while the application may be starting already.
        factory.UseKestrel(k => k.Listen(IPAddress.Loopback, 0));
        factory.StartServer();
        using var client = factory.CreateClient();

        using var response = await client.GetAsync("/api/version");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static WebApplicationFactory<Program> Create(CapturedLog log) =>
        new Factory(log);

    private static async Task<InstancePhase> ReadyAsync(IServiceProvider services)
    {
        var lifecycle = services.GetRequiredService<IInstanceLifecycle>();
        await Eventually.True(() => lifecycle.IsReady, "the instance is ready");
        return lifecycle.Phase;
    }

    private sealed class Factory(CapturedLog log) : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            // The tests' own folder has no sources, and a watcher less for each host.
            builder.UseContentRoot(AppContext.BaseDirectory);
            builder.UseSetting("hostBuilder:reloadConfigOnChange", "false");
            builder.ConfigureLogging(l => l.ClearProviders().AddProvider(log));
        }
    }
}
