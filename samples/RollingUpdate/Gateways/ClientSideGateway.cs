using System.Net;

namespace Graceful.RollingUpdate;

/// <summary>
/// No gateway: the clients balance over the instances' own ports. Their endpoint list follows readiness, but only a second later, as service
/// discovery does. A connection that is open stays open until the instance closes it.
/// </summary>
internal sealed class ClientSideGateway : IGateway
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private readonly RoundRobinEndpoints _endpoints = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _followers = [];
    private readonly HashSet<ShopAddress> _listed = [];
    private readonly Lock _lock = new();

    public string Name => "none (client-side balancing)";

    public string Version => "-";

    public IEndpoints Endpoints => _endpoints;

    public async Task StartAsync(IReadOnlyList<ShopAddress> current, IReadOnlyList<ShopAddress> coming, CancellationToken cancellationToken)
    {
        _followers.AddRange(current.Concat(coming).Select(i => FollowAsync(i, _stop.Token)));
        foreach (var instance in current)
        {
            await AddAsync(instance, cancellationToken);
        }
    }

    public async Task AddAsync(ShopAddress instance, CancellationToken cancellationToken)
    {
        while (!_endpoints.Instances.Contains(instance))
        {
            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    public Task RemoveAsync(ShopAddress instance, CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_followers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task FollowAsync(ShopAddress instance, CancellationToken cancellationToken)
    {
        using var probe = new ReadinessProbe(instance);
        var listed = false;
        while (true)
        {
            var ready = await probe.StatusAsync(cancellationToken) == HttpStatusCode.OK;
            if (ready != listed)
            {
                await Task.Delay(Delay, cancellationToken);
                List(instance, ready);
                listed = ready;
            }

            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    private void List(ShopAddress instance, bool ready)
    {
        lock (_lock)
        {
            _ = ready ? _listed.Add(instance) : _listed.Remove(instance);
            _endpoints.Replace(_listed);
        }
    }
}
