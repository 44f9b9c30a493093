using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Graceful.Benchmarks;

/// <summary>
/// Hosting's application called directly, with and without Graceful around it, on an endpoint that completes asynchronously; and two
/// other ways of counting requests.
/// </summary>
public class RequestPathBenchmarks
{
    private readonly AsyncGate _gate = new();
    private WebApplication? _app;
    private RequestDriver? _driver;

    [GlobalSetup(Target = nameof(Plain))]
    public void SetUpPlain() => SetUp(_ => { });

    [GlobalSetup(Target = nameof(Graceful))]
    public void SetUpGraceful() => SetUp(builder => builder.AddGraceful(o => o.Probes.Port = 0));

    [GlobalSetup(Target = nameof(Middleware))]
    public void SetUpMiddleware()
    {
        var active = 0;
        SetUp(_ => { }, app => app.Use(async (HttpContext context, RequestDelegate next) =>
        {
            Interlocked.Increment(ref active);
            try
            {
                await next(context);
            }
            finally
            {
                Interlocked.Decrement(ref active);
            }
        }));
    }

    [GlobalSetup(Target = nameof(ContextFactory))]
    public void SetUpContextFactory() => SetUp(builder => builder.Services.AddSingleton<IHttpContextFactory>(sp => new CountingContextFactory(sp)));

    [GlobalCleanup]
    public void CleanUp()
    {
        _app!.StopAsync().GetAwaiter().GetResult();
        ((IDisposable)_app).Dispose();
    }

    [Benchmark(Baseline = true)]
    public void Plain() => _driver!.Run(_gate);

    [Benchmark]
    public void Graceful() => _driver!.Run(_gate);

    [Benchmark]
    public void Middleware() => _driver!.Run(_gate);

    [Benchmark]
    public void ContextFactory() => _driver!.Run(_gate);

    private void SetUp(Action<WebApplicationBuilder> add, Action<WebApplication>? use = null)
    {
        var server = new CapturingServer();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IServer>(server);
        add(builder);
        _app = builder.Build();
        use?.Invoke(_app);
        _app.Run(async context =>
        {
            await _gate.WaitAsync();
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        });
        _app.StartAsync().GetAwaiter().GetResult();
        _driver = server.CreateDriver(_app.Services.GetService<ConnectionRegistry>()?.Add(new DefaultConnectionContext("benchmark")));
        SteadyState.Reach(() => _driver.Run(_gate));
    }
}
