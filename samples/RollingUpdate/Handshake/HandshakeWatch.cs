using System.Collections.Concurrent;

namespace Graceful.RollingUpdate;

/// <summary>Asks every instance, twice a second, where it stands, and tells what changes.</summary>
internal sealed class HandshakeWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly ShopFleet _fleet;
    private readonly RunClock _clock;
    private readonly IRunView _view;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<LevelChange> _levels = [];
    private readonly ConcurrentDictionary<string, Refusal> _refusals = new();
    private readonly Task _watching;
    private long _epoch;

    public HandshakeWatch(ShopFleet fleet, RunClock clock, IRunView view)
    {
        _fleet = fleet;
        _clock = clock;
        _view = view;
        _watching = Task.Run(() => WatchAsync(_stop.Token));
    }

    /// <param name="store">Where the fleet is kept.</param>
    /// <param name="tried">A refusal that was looked at more closely than from here.</param>
    /// <param name="journals">The folder of the journals.</param>
    public HandshakeResult Result(IRunStore store, Refusal? tried, Journals journals) => new(
        store.Name,
        ReadinessProbe.Contract,
        [.. _levels],
        [.. _refusals.Values.Where(r => r.Instance != tried?.Instance).Concat(tried is null ? [] : [tried]).OrderBy(r => r.At)],
        journals.CountByLevel());

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var instances = _fleet.Instances;
            await Task.WhenAll(instances.Select(i => i.RefreshDetailAsync(stop)));
            foreach (var instance in instances)
            {
                Look(instance);
            }

            await Task.Delay(Interval, stop);
        }
    }

    private void Look(ShopInstance instance)
    {
        var detail = instance.Detail;
        if (detail.Orders is { } orders && orders.Epoch > _epoch)
        {
            _epoch = orders.Epoch;
            var change = new LevelChange(Math.Round(_clock.Now, 3), orders.Active, orders.Low, orders.High, orders.Mode);
            if (_levels.LastOrDefault() is not { } last || last with { At = change.At } != change)
            {
                _levels.Enqueue(change);
                _view.Say($"'{ReadinessProbe.Contract}': {orders}");
            }
        }

        if (instance.IsRefused
            && _refusals.TryAdd(instance.Address.Name, new Refusal(instance.Address.Name, instance.Address.Version, Math.Round(_clock.Now, 3), detail.Reason ?? "no reason")))
        {
            instance.EnterRefused();
            _view.Say($"{instance.Address.Name} ({instance.Address.Version.Text()}) is refused: {detail.Reason}");
        }
    }
}
