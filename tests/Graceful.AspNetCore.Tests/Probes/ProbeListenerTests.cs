using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Graceful.AspNetCore.Tests.Probes;

public class ProbeListenerTests
{
    private readonly int _port = ProbePort.Next();

    [Fact]
    public async Task Probes_FromTheFirstHostedServiceToTheEndOfTheHost()
    {
        var starting = new Gate();
        var warming = new Gate();
        var test = TestApp.Build(app => app.MapGet("/", () => "ok"), Listen, builder =>
        {
            builder.Services.AddSingleton<IHostedService>(new SlowStart(starting));
            builder.Services.AddSingleton<IWarmUpTask>(new SlowWarmUp(warming));
        });
        using var probes = Client();
        var start = test.App.StartAsync();
        await starting.EnteredAsync();
        Assert.Equal((503, 503, 200), await AllAsync(probes));

        starting.Open();
        await start;
        await warming.EnteredAsync();
        Assert.Equal((200, 503, 200), await AllAsync(probes));

        warming.Open();
        await test.PhaseAsync(InstancePhase.Ready);
        Assert.Equal((200, 200, 200), await AllAsync(probes));

        using (test.Lifecycle.BeginMaintenance("maintenance"))
        {
            Assert.Equal((200, 503, 200), await AllAsync(probes));
        }

        Assert.Equal((200, 200, 200), await AllAsync(probes));

        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.LameDuck);
        Assert.Equal((200, 503, 200), await AllAsync(probes));
        await drain;

        var main = test.Http;
        await test.App.StopAsync();
        await Assert.ThrowsAsync<SocketException>(() => RawClient.ConnectAsync(main));
        Assert.Equal((200, 503, 200), await AllAsync(probes));

        await test.DisposeAsync();
        using var other = Client();
        await Assert.ThrowsAsync<HttpRequestException>(() => other.GetAsync("/livez"));
    }

    [Theory]
    [InlineData(DrainReadiness.FailNow, 503)]
    [InlineData(DrainReadiness.KeepServing, 200)]
    public async Task Readiness_InTheLameDuck_FollowsThePolicy(DrainReadiness policy, int expected)
    {
        await using var test = await TestApp.StartAsync(options: o =>
        {
            Listen(o);
            o.Drain.Readiness = policy;
            o.Drain.PropagationDelay = TimeSpan.FromSeconds(2);
        });
        using var probes = Client();
        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.LameDuck);

        var seen = await StatusAsync(probes, "/readyz");

        Assert.Equal(InstancePhase.LameDuck, test.Lifecycle.Phase);
        Assert.Equal(expected, seen);
        await drain;
        Assert.Equal(503, await StatusAsync(probes, "/readyz"));
    }

    [Fact]
    public async Task Answers_AreShortAndNeverCached()
    {
        await using var test = await TestApp.StartAsync(options: Listen);
        using var probes = Client();

        using var get = await probes.GetAsync("/livez");
        using var head = await probes.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/livez"));
        using var post = await probes.PostAsync("/livez", null);
        using var other = await probes.GetAsync("/");

        Assert.Equal("Healthy", await get.Content.ReadAsStringAsync());
        Assert.True(get.Headers.CacheControl?.NoStore);
        Assert.Equal((HttpStatusCode.OK, 7L, ""), (head.StatusCode, head.Content.Headers.ContentLength, await head.Content.ReadAsStringAsync()));
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "GET, HEAD"), (post.StatusCode, string.Join(", ", post.Content.Headers.Allow)));
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public async Task Verbose_FromLoopback_ShowsTheDetail()
    {
        await using var test = await TestApp.StartAsync(options: Listen);
        using var probes = Client();
        using (test.Lifecycle.BeginMaintenance("inventory"))
        {
            using var response = await probes.GetAsync("/readyz?verbose");
            using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
            Assert.Equal(("Unhealthy", "maintenance: inventory", "Ready"), (Text(json, "status"), Text(json, "reason"), Text(json, "phase")));
        }
    }

    [Fact]
    public async Task ProbeConnections_AreNoTraffic_AndDoNotHoldTheEnd()
    {
        var test = await TestApp.StartAsync(options: Listen);
        await using var probe = await RawClient.ConnectAsync(ProbePort.Address(_port));
        await using var half = await RawClient.ConnectAsync(ProbePort.Address(_port));
        Assert.Equal(200, (await probe.GetAsync("/readyz")).Status);
        await half.SendAsync("GET /readyz");

        Assert.True(test.Open.IsEmpty);
        Assert.Equal(0, test.Open.LastArrival);

        await test.DisposeAsync().AsTask().Within("the end of the host");
    }

    [Fact]
    public async Task Worker_HasProbesWithoutAWebServer()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.AddGraceful(TestApp.ShortTimes);
        builder.AddGraceful(Listen);
        using var host = builder.Build();
        await host.StartAsync();
        using var probes = Client();

        await Eventually.True(async () => await AllAsync(probes) == (200, 200, 200), "the worker is ready");

        await host.StopAsync();
        Assert.Equal((200, 503, 200), await AllAsync(probes));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ProbesThatCannotBeCreated_FailTheStartHoweverLongItTakes(bool isSlow)
    {
        var starting = new Gate();
        await using var test = TestApp.Build(options: Listen, configure: builder =>
        {
            builder.Services.AddSingleton<IProbes>(_ => throw new InvalidOperationException("no probes"));
            builder.Services.AddSingleton<IHostedService>(new SlowStart(starting));
        });
        var start = test.App.StartAsync();
        await starting.EnteredAsync();
        if (isSlow)
        {
            // By then a timer has begun to answer, with nobody to catch what it throws.
            await Eventually.True(async () => !await IsOpenAsync(), "the port is closed again");
        }

        starting.Open();

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => start);
        Assert.Equal("no probes", fault.Message);
    }

    private static string? Text(JsonDocument json, string name) => json.RootElement.GetProperty(name).GetString();

    private static async Task<(int Startup, int Readiness, int Liveness)> AllAsync(HttpClient probes) =>
        (await StatusAsync(probes, "/startupz"), await StatusAsync(probes, "/readyz"), await StatusAsync(probes, "/livez"));

    private static async Task<int> StatusAsync(HttpClient probes, string path)
    {
        using var response = await probes.GetAsync(path);
        return (int)response.StatusCode;
    }

    private async Task<bool> IsOpenAsync()
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private HttpClient Client() => new() { BaseAddress = ProbePort.Address(_port), Timeout = Eventually.Patience };

    private void Listen(GracefulOptions options) => options.Probes.Port = _port;

    private sealed class SlowStart(Gate gate) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => gate.PassAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class SlowWarmUp(Gate gate) : IWarmUpTask
    {
        public string Name => "slow";

        public Task WarmUpAsync(CancellationToken cancellationToken) => gate.PassAsync(cancellationToken);
    }
}
