using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Graceful;

/// <summary>The instruments of the meter <c>Graceful</c>, named as OpenTelemetry names them. Others push; this file knows nobody.</summary>
internal sealed class GracefulMetrics : IDisposable
{
    public const string Name = "Graceful";

    public static readonly ActivitySource Activities = new(Name);

    private readonly Meter _meter;
    private readonly Histogram<double> _drainPhase;
    private readonly Counter<long> _aborted;
    private readonly Counter<long> _late;
    private readonly Counter<long> _probes;

    public GracefulMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _drainPhase = _meter.CreateHistogram<double>("graceful.drain.duration", "s", "Duration of a drain by phase.");
        _aborted = _meter.CreateCounter<long>("graceful.drain.aborted", "{item}", "Requests, streams and connections cut by a drain.");
        _late = _meter.CreateCounter<long>("graceful.drain.late_arrivals", "{request}", "Requests that arrived after the drain began.");
        _probes = _meter.CreateCounter<long>("graceful.probe.results", "{probe}", "Probe answers by probe and result.");
    }

    public void ObservePhase(Func<int> phase) => _meter.CreateObservableGauge(
        "graceful.instance.phase", phase, "{phase}", "0 Starting, 1 WarmingUp, 2 Ready, 3 LameDuck, 4 Draining, 5 Flushing, 6 Stopped.");

    public void ObserveTraffic(Func<(int Requests, int Streams, int Connections)> traffic)
    {
        _meter.CreateObservableUpDownCounter("graceful.requests.active", Requests, "{request}", "Requests running, by kind.");
        _meter.CreateObservableUpDownCounter("graceful.connections.open", () => traffic().Connections, "{connection}", "Connections open.");

        IEnumerable<Measurement<int>> Requests()
        {
            var now = traffic();
            return [new(now.Requests, Tag("graceful.kind", "request")), new(now.Streams, Tag("graceful.kind", "stream"))];
        }
    }

    public void DrainPhaseEnded(string phase, TimeSpan duration) => _drainPhase.Record(duration.TotalSeconds, Tag("graceful.phase", phase));

    public void Aborted(string kind, long count)
    {
        if (count > 0)
        {
            _aborted.Add(count, Tag("graceful.kind", kind));
        }
    }

    public void LateArrivals(long count) => _late.Add(count);

    public void ProbeAnswered(string probe, bool healthy) =>
        _probes.Add(1, Tag("graceful.probe", probe), Tag("graceful.result", healthy ? "healthy" : "unhealthy"));

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Tag(string key, object value) => new(key, value);
}
