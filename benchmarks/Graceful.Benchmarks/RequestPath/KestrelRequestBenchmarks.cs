using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Graceful.Benchmarks;

/// <summary>
/// The same through all of Kestrel, from the bytes of a request to those of its response, over a transport in memory: what Graceful adds to
/// the connection is in it too.
/// </summary>
public class KestrelRequestBenchmarks
{
    private readonly AsyncGate _gate = new();
    private WebApplication? _app;
    private InMemoryClient? _client;

    [GlobalSetup(Target = nameof(Plain))]
    public void SetUpPlain() => SetUp(_ => { });

    [GlobalSetup(Target = nameof(Graceful))]
    public void SetUpGraceful() => SetUp(builder => builder.AddGraceful(o => o.Probes.Port = 0));

    [GlobalCleanup]
    public void CleanUp()
    {
        using var now = new CancellationTokenSource();
        now.Cancel();
        _app!.StopAsync(now.Token).GetAwaiter().GetResult();
        ((IDisposable)_app).Dispose();
    }

    [Benchmark(Baseline = true)]
    public long Plain() => Run();

    [Benchmark]
    public long Graceful() => Run();

    private long Run()
    {
        _client!.Send();
        _gate.Release();
        return _client.Receive();
    }

    private void SetUp(Action<WebApplicationBuilder> add)
    {
        var transport = new InMemoryTransport();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IConnectionListenerFactory>(transport);
        add(builder);
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:1");
        _app.MapGet("/", async (HttpContext context) =>
        {
            await _gate.WaitAsync();
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        });
        _app.StartAsync().GetAwaiter().GetResult();
        _client = transport.Connect("/");
        _client.Prepare(_gate);
        SteadyState.Reach(() => Run());
    }
}
