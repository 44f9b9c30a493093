using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Graceful.Tests;

/// <summary>What a dashboard reads: names, units, tags. A change here is a change for everybody's dashboards.</summary>
public sealed class GracefulMetricsTests : IDisposable
{
    private readonly TestClock _clock = new();
    private readonly MeterListener _listener = new();
    private readonly List<(string Instrument, double Value, string Tags)> _measured = [];
    private readonly HostApplicationBuilder _builder = TestHost.Builder();
    private readonly FakeTraffic _traffic;
    private IHost? _host;

    public GracefulMetricsTests()
    {
        _traffic = new FakeTraffic(_clock, new Journal(_clock)) { IsActive = false };
        _builder.Services.AddSingleton<ITrafficSource>(_traffic).AddSingleton<TimeProvider>(_clock);
        _builder.AddGraceful(o => o.Drain.PropagationDelay = TimeSpan.Zero);
    }

    [Fact]
    public async Task Instruments_AreNamedAsOpenTelemetryNamesThem()
    {
        var instruments = new List<string>();
        await StartAsync(i => instruments.Add($"{i.Name} {i.Unit} {i.GetType().Name.Split('`')[0]}"));

        Assert.Equal(
        [
            "graceful.connections.open {connection} ObservableUpDownCounter",
            "graceful.drain.aborted {item} Counter",
            "graceful.drain.duration s Histogram",
            "graceful.drain.late_arrivals {request} Counter",
            "graceful.instance.phase {phase} ObservableGauge",
            "graceful.probe.results {probe} Counter",
            "graceful.requests.active {request} ObservableUpDownCounter",
        ],
        instruments.Order(StringComparer.Ordinal));
        await _host!.StopAsync();
    }

    /// <summary>The usual buckets are made for milliseconds, and would show every drain as the same.</summary>
    [Fact]
    public async Task Duration_HasBucketsInSeconds()
    {
        IReadOnlyList<double>? buckets = null;
        await StartAsync(i => buckets = (i as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? buckets);

        Assert.NotNull(buckets);
        Assert.InRange(buckets[0], 0.05, 0.5);
        Assert.Contains(25, buckets);
        await _host!.StopAsync();
    }

    [Fact]
    public async Task Observed_AreThePhaseAndWhatIsOpen()
    {
        await StartAsync();
        _traffic.BeginRequest();
        _traffic.BeginRequest();
        _traffic.BeginStream();
        _traffic.OpenConnection();

        _listener.RecordObservableInstruments();

        Assert.Equal(
            [
                ("graceful.connections.open", 1, ""),
                ("graceful.instance.phase", (double)InstancePhase.Ready, ""),
                ("graceful.requests.active", 1, "graceful.kind=stream"),
                ("graceful.requests.active", 2, "graceful.kind=request"),
            ],
            _measured.OrderBy(m => m.Instrument, StringComparer.Ordinal).ThenBy(m => m.Value));
        await StopAsync();
    }

    [Fact]
    public async Task Drain_IsMeasuredByPhaseWithWhatWasLost()
    {
        await StartAsync();
        _traffic.BeginRequest();
        _traffic.BeginStream();
        _traffic.OpenConnection();

        await StopAsync();

        Assert.Equal(
            ["draining", "flushing", "lame_duck"],
            Measured("graceful.drain.duration").Select(m => m.Tags.Replace("graceful.phase=", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(21, Measured("graceful.drain.duration").Max(m => m.Value));
        Assert.Equal(
            ["1 graceful.kind=connection", "1 graceful.kind=request", "1 graceful.kind=stream"],
            Measured("graceful.drain.aborted").Select(m => $"{m.Value} {m.Tags}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Probe_EachAnswerIsCounted()
    {
        _builder.Services.AddHealthChecks().Add(new HealthCheckRegistration("db", new FakeHealthCheck(HealthStatus.Unhealthy), null, null));
        await StartAsync();

        var probes = _host!.Get<IProbes>();
        probes.Check(ProbeKind.Startup);
        probes.Check(ProbeKind.Readiness);

        Assert.Equal(
            ["graceful.probe=startup,graceful.result=healthy", "graceful.probe=readiness,graceful.result=unhealthy"],
            Measured("graceful.probe.results").Select(m => m.Tags));
        await StopAsync();
    }

    [Fact]
    public async Task Drain_IsAnActivity()
    {
        var activities = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == "Graceful",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await StartAsync();

        await StopAsync();

        var drain = Assert.Single(activities, a => a.OperationName == "graceful.drain");
        Assert.Equal(("StopApplication", true), (drain.GetTagItem("graceful.reason"), drain.GetTagItem("graceful.clean")));
    }

    public void Dispose()
    {
        _listener.Dispose();
        _host?.Dispose();
    }

    private IEnumerable<(string Instrument, double Value, string Tags)> Measured(string instrument) => _measured.Where(m => m.Instrument == instrument);

    private async Task StartAsync(Action<Instrument>? published = null)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Graceful")
            {
                published?.Invoke(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Measure(i, value, tags));
        _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Measure(i, value, tags));
        _listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Measure(i, value, tags));
        _host = _builder.Build();
        _listener.Start();
        await _host.StartAsync();
        await _clock.UntilAsync(() => _host.Get<IInstanceLifecycle>().IsReady);
    }

    private async Task StopAsync()
    {
        var ended = _host!.WaitForShutdownAsync();
        _host!.Get<IHostApplicationLifetime>().StopApplication();
        await _clock.UntilAsync(ended);
    }

    private void Measure(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_measured)
        {
            _measured.Add((instrument.Name, value, string.Join(",", tags.ToArray().Select(t => $"{t.Key}={t.Value}"))));
        }
    }
}
