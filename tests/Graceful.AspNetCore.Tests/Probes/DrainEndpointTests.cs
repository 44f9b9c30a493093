using System.Net;
using System.Text.Json;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Graceful.AspNetCore.Tests.Probes;

/// <summary>Who may drain this instance. The peers that a test on loopback cannot be are made up.</summary>
public class DrainEndpointTests
{
    private const string Token = "0123456789abcdef";

    [Theory]
    [InlineData("127.0.0.1", 200)]
    [InlineData("::1", 200)]
    [InlineData("::ffff:127.0.0.1", 200)]
    [InlineData("10.1.2.3", 403)]
    [InlineData("::ffff:10.1.2.3", 403)]
    [InlineData(null, 403)]
    public async Task Peer_Loopback_IsEnough(string? peer, int status) => Assert.Equal(status, await AskAsync(peer));

    [Theory]
    [InlineData("Bearer " + Token, 200)]
    [InlineData("bearer " + Token, 200)]
    [InlineData("Bearer 0123456789abcdeF", 403)]
    [InlineData("Bearer " + Token + "0", 403)]
    [InlineData("Bearer ", 403)]
    [InlineData("Basic " + Token, 403)]
    [InlineData(Token, 403)]
    [InlineData(null, 403)]
    public async Task Token_OpensToAnyPeer(string? authorization, int status)
    {
        Assert.Equal(status, await AskAsync("10.1.2.3", o => o.Token = Token, ("Authorization", authorization)));
        Assert.Equal(403, await AskAsync("10.1.2.3", headers: ("Authorization", authorization)));
    }

    [Theory]
    [InlineData("10.1.2.3", 200)]
    [InlineData("::ffff:10.1.2.3", 200)]
    [InlineData("fd00::17", 200)]
    [InlineData("11.1.2.3", 403)]
    [InlineData("::ffff:11.1.2.3", 403)]
    [InlineData("fe80::17", 403)]
    public async Task Network_OpensToItsPeers(string peer, int status) => Assert.Equal(status, await AskAsync(peer, o =>
    {
        o.AllowedNetworks.Add("10.0.0.0/8");
        o.AllowedNetworks.Add("fd00::/8");
    }));

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Host", "evil.example:9090")]
    public async Task Browser_IsRefused_EvenOnLoopback(string header, string value) => Assert.Equal(403, await AskAsync("127.0.0.1", headers: (header, value)));

    [Theory]
    [InlineData("127.0.0.1:9090")]
    [InlineData("[::1]:9090")]
    [InlineData("localhost:9090")]
    [InlineData("LOCALHOST")]
    [InlineData("")]
    public async Task Host_OfThisMachine_IsNoBrowser(string host) => Assert.Equal(200, await AskAsync("127.0.0.1", headers: ("Host", host)));

    [Theory]
    [InlineData("GET", 200)]
    [InlineData("POST", 200)]
    [InlineData("HEAD", 405)]
    [InlineData("PUT", 405)]
    public async Task Method_GetAndPost(string method, int status) => Assert.Equal(status, await AskAsync("127.0.0.1", method: method));

    [Fact]
    public async Task Disabled_IsNotThere() => Assert.Equal(404, await AskAsync("127.0.0.1", o => o.Enabled = false));

    [Fact]
    public async Task Get_OnTheListener_WaitsForTheDrain_AndTheProcessGoesOn()
    {
        var port = ProbePort.Next();
        await using var test = await TestApp.StartAsync(app => app.MapGet("/", () => "ok"), o =>
        {
            o.Probes.Port = port;
            o.Probes.Drain.Enabled = true;
        });
        using var probes = new HttpClient { BaseAddress = ProbePort.Address(port), Timeout = Eventually.Patience };

        using var response = await probes.GetAsync("/drain");
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(("/drain", "clean"), (json.RootElement.GetProperty("reason").GetString(), json.RootElement.GetProperty("outcome").GetString()));
        Assert.True(json.RootElement.GetProperty("lameDuckSeconds").GetDouble() > 0.3);
        Assert.Equal(InstancePhase.Draining, test.Lifecycle.Phase);
        Assert.False(test.App.Lifetime.ApplicationStopping.IsCancellationRequested);
        await using (var late = await RawClient.ConnectAsync(test.Http))
        {
            var served = await late.GetAsync("/");
            Assert.Equal((200, true), (served.Status, served.SaysClose));
        }

        // Asked again, it answers from the drain there was.
        using var again = await probes.PostAsync("/drain", null);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);

        await test.ExitAsync();
        Assert.Contains("reason=/drain outcome=clean", test.ReportLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caller_WhoHangsUp_DoesNotStopTheDrain()
    {
        var port = ProbePort.Next();
        await using var test = await TestApp.StartAsync(options: o =>
        {
            o.Probes.Port = port;
            o.Probes.Drain.Enabled = true;
        });
        var caller = await RawClient.ConnectAsync(ProbePort.Address(port));
        await caller.SendAsync("POST /drain HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n");
        await test.PhaseAsync(InstancePhase.LameDuck);
        caller.Kill();

        await test.PhaseAsync(InstancePhase.Draining);
        Assert.True((await test.DrainAsync()).IsClean);
    }

    [Fact]
    public async Task ByDefault_TheListenerHasNone()
    {
        var port = ProbePort.Next();
        await using var test = await TestApp.StartAsync(options: o => o.Probes.Port = port);
        using var probes = new HttpClient { BaseAddress = ProbePort.Address(port) };

        using var response = await probes.PostAsync("/drain", null);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(InstancePhase.Ready, test.Lifecycle.Phase);
    }

    private static async Task<int> AskAsync(
        string? peer, Action<DrainEndpointOptions>? configure = null, (string Name, string? Value)? headers = null, string method = "POST")
    {
        var options = new DrainEndpointOptions { Enabled = true };
        configure?.Invoke(options);
        var coordinator = new Coordinator();
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Headers.Host = "127.0.0.1:9090";
        context.Connection.RemoteIpAddress = peer is null ? null : IPAddress.Parse(peer);
        context.Response.Body = new MemoryStream();
        if (headers is (var name, { } value))
        {
            context.Request.Headers[name] = value;
        }

        await new DrainEndpoint(coordinator, options).RespondAsync(context);

        Assert.Equal(context.Response.StatusCode == 200 ? 1 : 0, coordinator.Drains);
        return context.Response.StatusCode;
    }

    private sealed class Coordinator : IDrainCoordinator
    {
        public int Drains { get; private set; }

        public InstancePhase Phase => InstancePhase.Ready;

        public CancellationToken DrainStarted => CancellationToken.None;

        public DateTimeOffset? Deadline => null;

        public Task<DrainReport> DrainAsync(string reason, CancellationToken cancellationToken = default)
        {
            Drains++;
            return Task.FromResult(new DrainReport { Reason = reason, StartedAt = default });
        }

        public IDisposable TrackWork(string name) => throw new NotSupportedException();
    }
}
