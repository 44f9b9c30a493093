using System.Net;
using System.Net.Sockets;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Graceful.AspNetCore.Tests.DependencyInjection;

/// <summary>Graceful:Enabled=false: the host behaves as if Graceful were not there.</summary>
public class DisabledTests
{
    [Fact]
    public async Task Host_IsTheOneThatWouldBeThereWithoutGraceful()
    {
        var port = ProbePort.Next();
        await using var test = await StartAsync(port);

        Assert.IsNotType<TrackingServer>(test.App.Services.GetRequiredService<IServer>());
        Assert.IsNotType<TrackingListenerFactory>(test.App.Services.GetRequiredService<Microsoft.AspNetCore.Connections.IConnectionListenerFactory>());
        Assert.Equal(new HostOptions().ShutdownTimeout, test.App.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
        using var probe = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => probe.ConnectAsync(IPAddress.Loopback, port));
    }

    [Fact]
    public async Task Services_ResolveAndDoNothing()
    {
        await using var test = await StartAsync(ProbePort.Next());
        await using var client = await RawClient.ConnectAsync(test.Http);

        var report = await test.DrainAsync();

        Assert.True(report.IsClean);
        Assert.True(test.Lifecycle.IsReady);
        Assert.False(test.Drain.DrainStarted.CanBeCanceled);
        for (var i = 0; i < 20; i++)
        {
            var response = await client.GetAsync("/");
            Assert.Equal((200, "False", false), (response.Status, response.Body, response.SaysClose));
        }

        Assert.True(test.App.Services.GetRequiredService<IProbes>().Check(ProbeKind.Readiness).IsHealthy);
        using var work = test.Drain.TrackWork("nothing");
        using var maintenance = test.Lifecycle.BeginMaintenance("nothing");
        Assert.True(test.Lifecycle.IsReady);
    }

    [Fact]
    public async Task Stop_IsNotDelayed()
    {
        await using var test = await StartAsync(ProbePort.Next());

        test.App.Lifetime.StopApplication();

        Assert.True(test.App.Lifetime.ApplicationStopping.IsCancellationRequested);
        await test.App.StopAsync();
        Assert.DoesNotContain(test.Log.Lines, l => l.Category.StartsWith("Graceful", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnnotatedEndpoint_WorksAsIfItWereNot()
    {
        await using var test = await StartAsync(ProbePort.Next());
        await using var client = await RawClient.ConnectAsync(test.Http);

        Assert.Equal("ok", (await client.GetAsync("/annotated")).Body);
    }

    private static async Task<TestApp> StartAsync(int port)
    {
        var test = TestApp.Build(
            app =>
            {
                app.MapGet("/", (HttpContext context) => context.GetDrainToken().CanBeCanceled.ToString());
                app.MapGet("/annotated", () => "ok").OnDrain(DrainMode.Cancel);
            },
            o =>
            {
                o.Enabled = false;
                o.Probes.Port = port;
            });
        await test.App.StartAsync();
        return test;
    }
}
