using System.Diagnostics.Metrics;

namespace Graceful.Tests;

/// <summary>What others hang on to a drain, here a listener of its metrics, fails: the process ends all the same, and what participants hold is written out.</summary>
public sealed class DrainFaultTests : IDisposable
{
    private readonly DrainKit _kit = new();
    private readonly FakeParticipant _flush;
    private readonly MeterListener _listener = new();

    public DrainFaultTests()
    {
        _flush = _kit.AddParticipant("flush");
        _kit.Options.PropagationDelay = TimeSpan.Zero;
    }

    [Fact]
    public async Task Leave_TheDrainItselfFails_FlushesSaysSoAndStops()
    {
        await _kit.ReadyForAsync();
        FailOn("lame_duck");

        _kit.Leave();
        await _kit.UntilStoppedAsync();

        Assert.Equal(1, _flush.Runs);
        Assert.Equal(InstancePhase.Stopped, _kit.Lifecycle.Phase);
        Assert.False(_kit.Report.IsClean);
        Assert.Equal(("drain", DrainOutcome.Failed), (_kit.Report.Held[0].Name, _kit.Report.Held[0].Outcome));
        Assert.Equal(1, _kit.Log.Count("DrainFailed"));
    }

    [Fact]
    public async Task Leave_TheLastMeasurementFails_StopsWithItsReport()
    {
        await _kit.ReadyForAsync();
        FailOn("flushing");

        _kit.Leave();
        await _kit.UntilStoppedAsync();

        Assert.Equal((1, 1), (_flush.Runs, _kit.Stops));
        Assert.True(_kit.Report.IsClean);
        Assert.Equal(1, _kit.Log.Count("FlushFailed"));
    }

    [Fact]
    public async Task DrainAsync_Fails_TheInstanceStillEndsItself()
    {
        await _kit.ReadyForAsync();
        FailOn("lame_duck");

        var drain = _kit.Coordinator.DrainAsync("preStop");
        await _kit.UntilStoppedAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => drain);
        Assert.Equal((1, 1), (_kit.Journal.Count("self-stop"), _flush.Runs));
    }

    public void Dispose()
    {
        _listener.Dispose();
        _kit.Dispose();
    }

    private void FailOn(string phase)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "graceful.drain.duration" && instrument.Meter.Scope == _kit.Meters)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            if (tags[0].Value is string named && named == phase)
            {
                throw new InvalidOperationException("The listener fails.");
            }
        });
        _listener.Start();
    }
}
