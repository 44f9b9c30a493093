using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Graceful.Tests;

/// <summary>The probes with everything around them, on a fake clock. Add the checks first.</summary>
internal sealed class ProbeKit : IDisposable
{
    private readonly ServiceCollection _registrations = new();
    private readonly Lazy<ServiceProvider> _services;
    private readonly Lazy<CheckRefresher> _refresher;
    private readonly Lazy<ProbeEvaluator> _probes;
    private readonly FakeHostLifetime _host = new();

    public ProbeKit()
    {
        Journal = new Journal(Clock);
        Traffic = new FakeTraffic(Clock, Journal);
        Lifecycle = new InstanceLifecycle(Clock, Log.Create<InstanceLifecycle>());
        _registrations.AddLogging().AddMetrics().AddHealthChecks();
        _services = new Lazy<ServiceProvider>(() => _registrations.BuildServiceProvider());
        _refresher = new Lazy<CheckRefresher>(() => new CheckRefresher(
            new HealthChecks(_registrations, _services.Value), Options, Clock, Log.Create<CheckRefresher>()));
        _probes = new Lazy<ProbeEvaluator>(Create);
    }

    public TestClock Clock { get; } = new();

    public LogLines Log { get; } = new();

    public Journal Journal { get; }

    public FakeTraffic Traffic { get; }

    public InstanceLifecycle Lifecycle { get; }

    public ProbeOptions Options { get; } = new();

    public DrainOptions Drain { get; } = new();

    public List<IReadinessContributor> Contributors { get; } = [];

    public Watchdogs Watchdogs { get; private set; } = null!;

    public ProbeEvaluator Probes => _probes.Value;

    public FakeHealthCheck Add(string name, FakeHealthCheck check, TimeSpan? timeout = null, params string[] tags)
    {
        _registrations.AddHealthChecks().Add(new HealthCheckRegistration(name, check, null, tags, timeout));
        return check;
    }

    public FakeHealthCheck Add(string name, HealthStatus status, params string[] tags) => Add(name, new FakeHealthCheck(status), null, tags);

    public FakeHealthCheck Add(string name, Func<CancellationToken, Task<HealthCheckResult>> check, params string[] tags) => Add(name, new FakeHealthCheck(check), null, tags);

    public void Is(string check, DependencyClass of) => Options.Checks[check] = new ProbeCheckOptions { Class = of };

    /// <summary>Started, warmed up, and every check has run once.</summary>
    public async Task ReadyAsync()
    {
        _host.Started();
        Lifecycle.Advance(InstancePhase.Ready);
        await StartAsync();
    }

    /// <summary>Starts the background runs only.</summary>
    public async Task StartAsync()
    {
        _ = Probes;
        await _refresher.Value.StartAsync(CancellationToken.None);
        await Clock.SettleAsync();
    }

    public void HostStarted() => _host.Started();

    /// <summary>Why a probe fails; null when it passes.</summary>
    public string? Reason(ProbeKind kind = ProbeKind.Readiness) => Probes.Check(kind).Reason;

    public ProbeCheck Detail(string check, ProbeKind kind = ProbeKind.Readiness) => Probes.GetDetail(kind).Checks.Single(c => c.Name == check);

    public void Dispose()
    {
        if (_refresher.IsValueCreated)
        {
            _ = _refresher.Value.StopAsync(CancellationToken.None);
            _refresher.Value.Dispose();
        }

        Watchdogs?.Dispose();
        _host.Dispose();
        if (_services.IsValueCreated)
        {
            _services.Value.Dispose();
        }
    }

    private ProbeEvaluator Create()
    {
        Watchdogs = new Watchdogs(Options.Liveness, Clock);
        return new ProbeEvaluator(
            Lifecycle, _refresher.Value, Watchdogs, Drain, new TrafficSources([Traffic], Log.Create<TrafficSources>()), new GracefulMetrics(Get<IMeterFactory>()), _host, Contributors);
    }

    private T Get<T>()
        where T : notnull => _services.Value.GetRequiredService<T>();
}
