namespace Graceful.Tests;

/// <summary>The suite in memory, where time is ours.</summary>
public sealed class InMemoryFleetStoreTests : FleetStoreConformance
{
    private readonly SettableClock _clock = new();

    protected override ValueTask<IFleetStore> CreateAsync() => ValueTask.FromResult<IFleetStore>(new InMemoryFleetStore(_clock));

    protected override IFleetStore Another(IFleetStore store) => store;

    protected override Task PassAsync(IFleetStore store, TimeSpan time)
    {
        _clock.Turn(time + TimeSpan.FromMicroseconds(1));
        return Task.CompletedTask;
    }

    protected override Task TurnBackAsync(IFleetStore store, TimeSpan time)
    {
        _clock.Turn(-time);
        return Task.CompletedTask;
    }

    /// <summary>A fake clock goes forward only; a machine's can be set back.</summary>
    private sealed class SettableClock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 10, 1, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Turn(TimeSpan by) => _now += by;
    }
}
