using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Graceful;

/// <summary>The instruments of the meter <c>Graceful</c>, named as OpenTelemetry names them. Others push; this file knows nobody.</summary>
internal sealed class GracefulMetrics : IDisposable
{
    public const string Name = "Graceful";

    public static readonly ActivitySource Activities = new(Name);

    // Not with the first object that counts something: that is on the way to the first request. And long, not int, because the framework brings that compiled.
    private readonly Lazy<Instruments> _instruments;

    public GracefulMetrics(IMeterFactory meters) => _instruments = new Lazy<Instruments>(() => new Instruments(meters.Create(Name)));

    public void ObservePhase(Func<long> phase) => _instruments.Value.Meter.CreateObservableGauge(
        "graceful.instance.phase", phase, "{phase}", "0 Starting, 1 WarmingUp, 2 Ready, 3 LameDuck, 4 Draining, 5 Flushing, 6 Stopped.");

    public void ObserveTraffic(Func<(long Requests, long Streams, long Connections)> traffic)
    {
        var meter = _instruments.Value.Meter;
        meter.CreateObservableUpDownCounter("graceful.requests.active", Requests, "{request}", "Requests running, by kind.");
        meter.CreateObservableUpDownCounter("graceful.connections.open", () => traffic().Connections, "{connection}", "Connections open.");

        IEnumerable<Measurement<long>> Requests()
        {
            var now = traffic();
            return [new(now.Requests, Tag("graceful.kind", "request")), new(now.Streams, Tag("graceful.kind", "stream"))];
        }
    }

    public void DrainPhaseEnded(string phase, TimeSpan duration) => _instruments.Value.DrainPhase.Record(duration.TotalSeconds, Tag("graceful.phase", phase));

    public void Aborted(string kind, long count)
    {
        if (count > 0)
        {
            _instruments.Value.Aborted.Add(count, Tag("graceful.kind", kind));
        }
    }

    public void LateArrivals(long count) => _instruments.Value.Late.Add(count);

    public void ProbeAnswered(string probe, bool healthy) =>
        _instruments.Value.Probes.Add(1, Tag("graceful.probe", probe), Tag("graceful.result", healthy ? "healthy" : "unhealthy"));

    public void Dispose()
    {
        if (_instruments.IsValueCreated)
        {
            _instruments.Value.Meter.Dispose();
        }
    }

    private static KeyValuePair<string, object?> Tag(string key, object value) => new(key, value);

    private sealed class Instruments(Meter meter)
    {
        // The usual ones are made for milliseconds: every drain would fall into the first three.
        private static readonly double[] DrainSeconds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20, 25, 30, 45, 60, 120];

        public Meter Meter { get; } = meter;

        public Histogram<double> DrainPhase { get; } = meter.CreateHistogram<double>(
            "graceful.drain.duration", "s", "Duration of a drain by phase.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = DrainSeconds });

        public Counter<long> Aborted { get; } = meter.CreateCounter<long>("graceful.drain.aborted", "{item}", "Requests, streams and connections cut by a drain.");

        public Counter<long> Late { get; } = meter.CreateCounter<long>("graceful.drain.late_arrivals", "{request}", "Requests that arrived after the drain began.");

        public Counter<long> Probes { get; } = meter.CreateCounter<long>("graceful.probe.results", "{probe}", "Probe answers by probe and result.");
    }
}
