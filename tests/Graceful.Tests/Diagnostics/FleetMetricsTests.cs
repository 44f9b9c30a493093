using System.Diagnostics.Metrics;

namespace Graceful.Tests;

/// <summary>What a dashboard reads of the fleet: names, units, tags.</summary>
public sealed class FleetMetricsTests : IDisposable
{
    private readonly FleetKit _kit = new();
    private readonly MeterListener _listener = new();
    private readonly List<string> _instruments = [];
    private readonly List<string> _measured = [];

    [Fact]
    public async Task Instruments_SayWhereTheFleetStands()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Graceful" && (instrument.Name.StartsWith("graceful.fleet", StringComparison.Ordinal) || instrument.Name.StartsWith("graceful.contract", StringComparison.Ordinal)))
            {
                _instruments.Add($"{instrument.Name} {instrument.Unit} {instrument.GetType().Name.Split('`')[0]}");
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((i, _, tags, _) => Add(i, "*", tags));
        _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
        _listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Add(i, value, tags));
        _listener.Start();
        var instance = _kit.Session("2.0", 1, 2);
        await _kit.ServeAsync(instance);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        instance.Store.IsDown = true;
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(60));

        _listener.RecordObservableInstruments();

        Assert.Equal(
            [
                "graceful.contract.level {level} ObservableGauge",
                "graceful.fleet.beat.duration s Histogram",
                "graceful.fleet.epoch {epoch} ObservableGauge",
                "graceful.fleet.fences {fence} Counter",
                "graceful.fleet.members {instance} ObservableGauge",
                "graceful.fleet.standing {standing} ObservableGauge",
            ],
            _instruments.Order(StringComparer.Ordinal));
        Assert.Equal(
            [
                "graceful.contract.level 1 graceful.contract=session,graceful.edge=active",
                "graceful.contract.level 1 graceful.contract=session,graceful.edge=low",
                "graceful.contract.level 2 graceful.contract=session,graceful.edge=high",
                "graceful.fleet.beat.duration * graceful.result=Failed",
                "graceful.fleet.beat.duration * graceful.result=Held",
                "graceful.fleet.beat.duration * graceful.result=NoState",
                $"graceful.fleet.epoch {instance.Compatibility["session"].Epoch} ",
                "graceful.fleet.fences 1 ",
                "graceful.fleet.members 1 ",
                "graceful.fleet.standing 3 ",
            ],
            _measured.Distinct().Order(StringComparer.Ordinal));
    }

    public void Dispose()
    {
        _listener.Dispose();
        _kit.Dispose();
    }

    private void Add(Instrument instrument, object value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_measured)
        {
            _measured.Add($"{instrument.Name} {value} {string.Join(",", tags.ToArray().Select(t => $"{t.Key}={t.Value}"))}");
        }
    }
}
