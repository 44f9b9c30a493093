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

/// <summary>Which port the probes get, and which they cannot.</summary>
public class ProbePortTests
{
    private readonly int _port = ProbePort.Next();

    [Fact]
    public async Task BusyPort_StopsTheStart()
    {
        using var squatter = Squat();
        var test = TestApp.Build(options: Listen);
        await using (test)
        {
            var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => test.App.StartAsync());

            Assert.Contains($"Graceful:Probes:Port = {_port} is in use", fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task BusyPort_InDevelopment_IsAWarning()
    {
        using var squatter = Squat();
        await using var test = await TestApp.StartAsync(app => app.MapGet("/", () => "ok"), Listen, environment: "Development");
        await using var client = await RawClient.ConnectAsync(test.Http);

        Assert.Equal(200, (await client.GetAsync("/")).Status);
        Assert.Contains($"{_port}", Assert.Single(test.Log.Named("ProbePortBusy")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("urls", "http://127.0.0.1:0;http://127.0.0.1:{0}/")]
    [InlineData("Kestrel:Endpoints:Main:Url", "http://*:{0}")]
    [InlineData("http_ports", "{0}")]
    [InlineData("https_ports", "1;{0}")]
    public async Task PortOfTheMainListener_StopsTheStart(string key, string value)
    {
        await using var test = TestApp.Build(options: Listen, configure: builder =>
        {
            builder.Configuration["urls"] = "";
            builder.Configuration[key] = value.Replace("{0}", $"{_port}", StringComparison.Ordinal);
        });

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => test.App.StartAsync());

        Assert.Contains($"Graceful:Probes:Port = {_port} must differ from the main port", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http_ports", "{0}")]
    public async Task PortThatTheMainListenerDoesNotUse_IsNoFault(string key, string value)
    {
        // Container images set ASPNETCORE_HTTP_PORTS; ASPNETCORE_URLS hides it.
        await using var test = await TestApp.StartAsync(
            options: Listen, configure: builder => builder.Configuration[key] = value.Replace("{0}", $"{_port}", StringComparison.Ordinal));
        using var probes = Client();

        Assert.Equal(200, await StatusAsync(probes, "/livez"));
    }

    [Fact]
    public async Task PortOfTheMainListener_SetInCode_StopsTheStart()
    {
        await using var test = TestApp.Build(options: Listen, configure: builder => builder.WebHost.ConfigureKestrel(k => k.ListenLocalhost(_port)));

        await Assert.ThrowsAnyAsync<IOException>(() => test.App.StartAsync());
    }

    [Fact]
    public async Task Configuration_OfTheMainServer_IsNotRead()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/", () => "ok"), Listen, builder => builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["Kestrel:Endpoints:Main:Url"] = "http://127.0.0.1:0",
                ["Kestrel:EndpointDefaults:Protocols"] = "Http2",
            }));
        using var probes = Client();

        Assert.Equal(200, await StatusAsync(probes, "/readyz"));
        Assert.Single(test.App.Urls);
        Assert.DoesNotContain($":{_port}", test.Http.ToString(), StringComparison.Ordinal);
    }

    private static async Task<int> StatusAsync(HttpClient probes, string path)
    {
        using var response = await probes.GetAsync(path);
        return (int)response.StatusCode;
    }

    private HttpClient Client() => new() { BaseAddress = ProbePort.Address(_port), Timeout = Eventually.Patience };

    private void Listen(GracefulOptions options) => options.Probes.Port = _port;

    private TcpListener Squat()
    {
        var squatter = new TcpListener(IPAddress.Any, _port);
        squatter.Start();
        return squatter;
    }
}
