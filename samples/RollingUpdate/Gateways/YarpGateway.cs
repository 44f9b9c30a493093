using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Graceful.RollingUpdate;

/// <summary>
/// YARP on a Kestrel of its own in this process. Destinations follow active health checks, one a second; nothing is retried, save what the
/// HttpClient below YARP repeats by itself: a request without a body on a pooled connection that turned out to be closed. What comes in the
/// clear goes on as HTTP/1.1, what comes over TLS goes on as HTTP/2 over TLS, so that Shop's own HTTP/2 is in the path.
/// </summary>
internal sealed class YarpGateway(ShopCertificate certificate) : IGateway
{
    private const string Http1 = "http1";
    private const string Http2 = "http2";

    private readonly FixedEndpoints _front = new();
    private readonly InMemoryConfigProvider _configuration = new(
        [RouteFor(Http1), RouteFor(Http2)], [ClusterFor(Http1, []), ClusterFor(Http2, [])]);

    private WebApplication? _host;
    private List<ShopAddress> _destinations = [];

    public string Name => "yarp";

    public string Version => typeof(IReverseProxyFeature).Assembly.GetName().Version!.ToString(3);

    public IEndpoints Endpoints => _front;

    public async Task StartAsync(IReadOnlyList<ShopAddress> current, IReadOnlyList<ShopAddress> coming, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [], EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(_front.NextHttp(), listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(_front.NextHttps(), listen => listen.UseHttps(certificate.Certificate));
        });
        builder.Services.AddSingleton<IProxyConfigProvider>(_configuration);
        builder.Services.AddReverseProxy();

        _host = builder.Build();
        _host.Use((context, next) =>
        {
            // The listener decides on the cluster.
            context.Request.Host = new HostString(context.Request.IsHttps ? Http2 : Http1);
            return next(context);
        });
        _host.UseRouting();
        _host.MapReverseProxy();
        Publish([.. current]);
        await _host.StartAsync(cancellationToken);
        foreach (var instance in current)
        {
            await WaitHealthyAsync(instance, cancellationToken);
        }
    }

    public async Task AddAsync(ShopAddress instance, CancellationToken cancellationToken)
    {
        Publish([.. _destinations, instance]);
        await WaitHealthyAsync(instance, cancellationToken);
    }

    // The health checks see it; the entry itself goes with the next change, as in a registry that is cleaned up lazily.
    public Task RemoveAsync(ShopAddress instance, CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            using var atOnce = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await _host.StopAsync(atOnce.Token);
            await _host.DisposeAsync();
        }
    }

    private void Publish(List<ShopAddress> destinations)
    {
        _destinations = destinations;
        _configuration.Update([RouteFor(Http1), RouteFor(Http2)], [ClusterFor(Http1, destinations), ClusterFor(Http2, destinations)]);
    }

    private async Task WaitHealthyAsync(ShopAddress instance, CancellationToken cancellationToken)
    {
        var lookup = _host!.Services.GetRequiredService<IProxyStateLookup>();
        while (!new[] { Http1, Http2 }.All(cluster => lookup.TryGetCluster(cluster, out var state)
            && state.Destinations.TryGetValue(instance.Name, out var destination)
            && destination.Health.Active == DestinationHealth.Healthy))
        {
            await Task.Delay(50, cancellationToken);
        }
    }

    private static RouteConfig RouteFor(string cluster) => new()
    {
        RouteId = cluster,
        ClusterId = cluster,
        Match = new RouteMatch { Hosts = [cluster], Path = "{**rest}" },
    };

    private static ClusterConfig ClusterFor(string cluster, IEnumerable<ShopAddress> destinations) => new()
    {
        ClusterId = cluster,
        LoadBalancingPolicy = "RoundRobin",
        Destinations = destinations.ToDictionary(d => d.Name, d => new DestinationConfig
        {
            Address = cluster == Http1 ? $"http://{d.Http}/" : $"https://{d.Https}/",
            Health = new Uri(d.Readiness, "/").ToString(),
        }),
        HealthCheck = new HealthCheckConfig
        {
            Active = new ActiveHealthCheckConfig
            {
                Enabled = true,
                Interval = TimeSpan.FromSeconds(1),
                Timeout = TimeSpan.FromSeconds(2),
                Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures,
                Path = "/readyz",
            },
        },
        Metadata = new Dictionary<string, string> { [ConsecutiveFailuresHealthPolicyOptions.ThresholdMetadataName] = "1" },
        HttpRequest = cluster == Http1
            ? new ForwarderRequestConfig { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact }
            // Not exact: the health checks use the same settings, on the probe port, which is in the clear. Over TLS Shop always offers HTTP/2.
            : new ForwarderRequestConfig { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower },

        // The certificate is of this run and self-signed; the traffic does not leave loopback.
        HttpClient = new HttpClientConfig { DangerousAcceptAnyServerCertificate = true },
    };
}
