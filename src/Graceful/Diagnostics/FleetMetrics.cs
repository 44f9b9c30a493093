using System.Diagnostics.Metrics;

namespace Graceful;

/// <summary>The fleet's instruments, on the meter of <see cref="GracefulMetrics"/>.</summary>
internal sealed class FleetMetrics
{
    private readonly Meter _meter;
    private readonly Histogram<double> _beat;
    private readonly Counter<long> _fenced;

    public FleetMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(GracefulMetrics.Name);
        _beat = _meter.CreateHistogram<double>("graceful.fleet.beat.duration", "s", "Duration of a renewal of the lease, by result.");
        _fenced = _meter.CreateCounter<long>("graceful.fleet.fences", "{fence}", "How often the fleet's store was lost for longer than is safe.");
    }

    public void Observe(Func<int> live, Func<long> epoch, Func<int> standing, Func<IEnumerable<(string Contract, int Active, int Low, int High)>> levels)
    {
        _meter.CreateObservableGauge("graceful.fleet.members", live, "{instance}", "Live instances, as the store said last.");
        _meter.CreateObservableGauge("graceful.fleet.epoch", epoch, "{epoch}", "The epoch that this instance knows.");
        _meter.CreateObservableGauge(
            "graceful.fleet.standing", standing, "{standing}", "0 Joining, 1 Forming, 2 Serving, 3 Degraded, 4 Incompatible, 5 Fenced, 6 Left.");
        _meter.CreateObservableGauge("graceful.contract.level", Levels, "{level}", "Levels by contract: the one that is written, and the lowest and highest that may exist.");

        IEnumerable<Measurement<int>> Levels() => levels().SelectMany<(string Contract, int Active, int Low, int High), Measurement<int>>(l =>
        [
            new(l.Active, Tag("graceful.contract", l.Contract), Tag("graceful.edge", "active")),
            new(l.Low, Tag("graceful.contract", l.Contract), Tag("graceful.edge", "low")),
            new(l.High, Tag("graceful.contract", l.Contract), Tag("graceful.edge", "high")),
        ]);
    }

    public void Beat(string result, TimeSpan duration) => _beat.Record(duration.TotalSeconds, Tag("graceful.result", result));

    public void Fenced() => _fenced.Add(1);

    private static KeyValuePair<string, object?> Tag(string key, object value) => new(key, value);
}
