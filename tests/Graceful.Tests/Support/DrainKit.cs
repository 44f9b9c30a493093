using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.Tests;

/// <summary>A coordinator with everything around it: one traffic source, a fake clock, and a journal of what it did.</summary>
internal sealed class DrainKit : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly GracefulMetrics _metrics;
    private readonly IEnumerable<ITrafficSource>? _sources;
    private readonly Lazy<DrainCoordinator> _coordinator;

    public DrainKit(TestClock? clock = null, IEnumerable<ITrafficSource>? sources = null, DrainOptions? options = null)
    {
        Options = options ?? new DrainOptions();
        Clock = clock ?? new TestClock();
        Journal = new Journal(Clock);
        Traffic = new FakeTraffic(Clock, Journal);
        Lifecycle = new InstanceLifecycle(Clock, Log.Create<InstanceLifecycle>());
        _sources = sources;
        _metrics = new GracefulMetrics(Meters);
        _coordinator = new Lazy<DrainCoordinator>(Create);
    }

    public TestClock Clock { get; }

    public Journal Journal { get; }

    public FakeTraffic Traffic { get; }

    public InstanceLifecycle Lifecycle { get; }

    /// <summary>The defaults of the product; set before the coordinator is first used.</summary>
    public DrainOptions Options { get; }

    public List<FakeParticipant> Participants { get; } = [];

    public LogLines Log { get; } = new();

    /// <summary>Owns the meters of this kit, and of no other test.</summary>
    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public DrainCoordinator Coordinator => _coordinator.Value;

    public int Stops => Journal.Count("stop");

    public DrainReport Report => Coordinator.Report ?? throw new InvalidOperationException("There is no report yet.");

    public FakeParticipant AddParticipant(string name, Func<CancellationToken, Task>? drain = null, int order = 0, TimeSpan? limit = null)
    {
        var participant = new FakeParticipant(Journal, name, drain) { Order = order, TimeLimit = limit ?? TimeSpan.FromSeconds(5) };
        Participants.Add(participant);
        return participant;
    }

    /// <summary>An instance that has been ready for <paramref name="time"/>. The journal's times count from the start of the clock.</summary>
    public async Task ReadyForAsync(TimeSpan time = default)
    {
        Lifecycle.Advance(InstancePhase.WarmingUp);
        Lifecycle.Advance(InstancePhase.Ready);
        await Clock.AdvanceAsync(time);
        Lifecycle.OnPhaseChanged(p => Journal.Add($"phase {p}"));
    }

    /// <summary>What the host's lifetime does with a signal, and the application with <c>StopApplication()</c>.</summary>
    public void Leave(string reason = "StopApplication") => Coordinator.Leave(reason, () => Journal.Add("stop"));

    public void Signal(string name = "SIGTERM", bool skipLameDuck = false)
    {
        Coordinator.SignalReceived(name, skipLameDuck);
        Leave();
    }

    public Task UntilStoppedAsync() => Clock.UntilAsync(() => Stops > 0);

    public void Dispose()
    {
        Coordinator.Dispose();
        _metrics.Dispose();
        _services.Dispose();
    }

    private DrainCoordinator Create()
    {
        var flush = new FlushSequence(Participants, Clock, Log.Create<FlushSequence>());
        var sources = new TrafficSources(_sources ?? [Traffic], Log.Create<TrafficSources>());
        var coordinator = new DrainCoordinator(Options, Lifecycle, sources, flush, _metrics, Clock, Log.Create<DrainCoordinator>());
        coordinator.SelfStop = () =>
        {
            Journal.Add("self-stop");
            Leave("deadline");
        };
        return coordinator;
    }
}
