using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Graceful.Benchmarks;

/// <summary>
/// A probe through all of Kestrel over a transport in memory: the framework's <c>MapHealthChecks</c> with no checks, Graceful's probe on the
/// main port, and Graceful's probe listener.
/// </summary>
public class ProbeBenchmarks
{
    private WebApplication? _app;
    private Action _stopListener = () => { };
    private InMemoryClient? _client;

    [GlobalSetup(Target = nameof(MapHealthChecks))]
    public void SetUpMapHealthChecks() => SetUpMainPort(builder => builder.Services.AddHealthChecks(), app => app.MapHealthChecks("/readyz"));

    [GlobalSetup(Target = nameof(MapGracefulProbes))]
    public void SetUpMapGracefulProbes() => SetUpMainPort(builder => builder.AddGraceful(o => o.Probes.Port = 0), app => app.MapGracefulProbes());

    [GlobalSetup(Target = nameof(ListenerReadiness))]
    public void SetUpListenerReadiness() => SetUpListener("/readyz");

    [GlobalSetup(Target = nameof(ListenerLiveness))]
    public void SetUpListenerLiveness() => SetUpListener("/livez");

    [GlobalSetup(Target = nameof(ListenerStartup))]
    public void SetUpListenerStartup() => SetUpListener("/startupz");

    [GlobalCleanup]
    public void CleanUp()
    {
        using var now = new CancellationTokenSource();
        now.Cancel();
        _stopListener();
        _app!.StopAsync(now.Token).GetAwaiter().GetResult();
        ((IDisposable)_app).Dispose();
    }

    [Benchmark(Baseline = true)]
    public long MapHealthChecks() => Run();

    [Benchmark]
    public long MapGracefulProbes() => Run();

    [Benchmark]
    public long ListenerReadiness() => Run();

    [Benchmark]
    public long ListenerLiveness() => Run();

    [Benchmark]
    public long ListenerStartup() => Run();

    private long Run()
    {
        _client!.Send();
        return _client.Receive();
    }

    private void SetUpMainPort(Action<WebApplicationBuilder> add, Action<WebApplication> map)
    {
        var transport = new InMemoryTransport();
        Start(transport, add, map);
        _client = transport.Connect("/readyz");
        _client.Prepare();
        SteadyState.Reach(() => Run());
    }

    /// <summary>The listener's application on a Kestrel made as the listener makes it, but for the transport.</summary>
    private void SetUpListener(string path)
    {
        Start(new InMemoryTransport(), builder => builder.AddGraceful(o => o.Probes.Port = 0), _ => { });
        var transport = new InMemoryTransport();
        var listener = new KestrelServer(Options.Create(new KestrelServerOptions { AddServerHeader = false }), transport, NullLoggerFactory.Instance);
        listener.Options.ListenAnyIP(2, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        listener.StartAsync(_app!.Services.GetRequiredService<ProbeListener>(), CancellationToken.None).GetAwaiter().GetResult();
        _stopListener = listener.Dispose;
        _client = transport.Connect(path);
        _client.Prepare();
        SteadyState.Reach(() => Run());
    }

    private void Start(InMemoryTransport transport, Action<WebApplicationBuilder> add, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IConnectionListenerFactory>(transport);
        add(builder);
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:1");
        map(_app);
        _app.StartAsync().GetAwaiter().GetResult();
    }
}
