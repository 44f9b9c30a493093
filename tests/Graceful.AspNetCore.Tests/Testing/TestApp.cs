using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Graceful.AspNetCore.Tests.Testing;

/// <summary>A web application on loopback ports of its own, in this process, with short times and no probe listener.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly ConcurrentQueue<InstancePhase> _phases = [];

    private TestApp(WebApplication app, CapturedLog log)
    {
        App = app;
        Log = log;
        Lifecycle.OnPhaseChanged(_phases.Enqueue);
    }

    public WebApplication App { get; }

    public CapturedLog Log { get; }

    public IInstanceLifecycle Lifecycle => App.Services.GetRequiredService<IInstanceLifecycle>();

    public IDrainCoordinator Drain => App.Services.GetRequiredService<IDrainCoordinator>();

    public KestrelTraffic Traffic => App.Services.GetRequiredService<KestrelTraffic>();

    public TrafficSnapshot Open => Traffic.GetSnapshot();

    public Uri Http => new(App.Urls.First(u => u.StartsWith("http:", StringComparison.Ordinal)));

    public Uri Https => new(App.Urls.First(u => u.StartsWith("https:", StringComparison.Ordinal)));

    /// <summary>The drain report's line, once the host has stopped.</summary>
    public string ReportLine => Assert.Single(Log.Named("DrainReport")).Text;

    /// <param name="map">Endpoints and middleware.</param>
    /// <param name="options">Beside the short times below.</param>
    /// <param name="configure">The builder; when it says where to listen, that counts.</param>
    /// <param name="environment">The host's environment.</param>
    public static async Task<TestApp> StartAsync(
        Action<WebApplication>? map = null,
        Action<GracefulOptions>? options = null,
        Action<WebApplicationBuilder>? configure = null,
        string environment = "Production")
    {
        var test = Build(map, options, configure, environment);
        await test.App.StartAsync();
        await Eventually.True(() => test.Lifecycle.Phase >= InstancePhase.Ready, "the instance is ready");
        return test;
    }

    public static TestApp Build(
        Action<WebApplication>? map = null,
        Action<GracefulOptions>? options = null,
        Action<WebApplicationBuilder>? configure = null,
        string environment = "Production")
    {
        var log = new CapturedLog();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            // Without files and their watchers: there is an appsettings.json of the sample beside this assembly.
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
            ContentRootPath = Path.GetTempPath(),
            EnvironmentName = environment,
        });
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseUrls("http://127.0.0.1:0;https://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(k => k.ConfigureHttpsDefaults(h => h.ServerCertificate = Certificate.Instance));
        builder.AddGraceful(ShortTimes);
        if (options is not null)
        {
            builder.AddGraceful(options);
        }

        // Its own look at the listener would be one connection more.
        builder.Services.AddSingleton(sp => ActivatorUtilities.CreateInstance<MainListenerWatch>(sp, new NoServer()));
        configure?.Invoke(builder);
        var app = builder.Build();
        map?.Invoke(app);
        return new TestApp(app, log);
    }

    /// <summary>Early exit is off: a test that wants it sets MinimumPropagation.</summary>
    public static void ShortTimes(GracefulOptions options)
    {
        options.Drain.Budget = TimeSpan.FromSeconds(15);
        options.Drain.PropagationDelay = TimeSpan.FromMilliseconds(400);
        options.Drain.MinimumPropagation = TimeSpan.FromHours(1);
        options.Drain.StreamGrace = TimeSpan.FromMilliseconds(500);
        options.Drain.FlushReserve = TimeSpan.FromMilliseconds(500);
        options.Probes.Port = 0;
    }

    public Task PhaseAsync(InstancePhase phase) => Eventually.True(() => Lifecycle.Phase >= phase, $"phase {phase}");

    /// <summary>Drains; the process goes on.</summary>
    public Task<DrainReport> DrainAsync() => Drain.DrainAsync("test").Within("the drain");

    /// <summary>What a signal does: drains, flushes and stops the host.</summary>
    public async Task ExitAsync()
    {
        var exit = App.WaitForShutdownAsync();
        App.Lifetime.StopApplication();
        await exit.WaitAsync(TimeSpan.FromSeconds(60));
    }

    // Not stopped first: most tests have no use for a drain at their end.
    public async ValueTask DisposeAsync() => await App.DisposeAsync();

    private sealed class NoServer : IServer
    {
        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => throw new NotSupportedException();

        public Task StopAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public void Dispose()
        {
            // There is nothing.
        }
    }
}
