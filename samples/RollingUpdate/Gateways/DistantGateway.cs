namespace Graceful.RollingUpdate;

/// <summary>
/// The hard case: an L4 balancer 20 ms away that knows nothing of health. It goes on offering a terminating instance its share of all new
/// connections for a fixed time, and only then forgets it.
/// </summary>
internal sealed class DistantGateway(TimeSpan roundTrip, TimeSpan staleFor) : IGateway
{
    private readonly RoundRobinEndpoints _backends = new();
    private readonly FixedEndpoints _front = new();
    private DelayingTcpProxy? _http;
    private DelayingTcpProxy? _https;

    public string Name => $"L4 balancer at {roundTrip.TotalMilliseconds:0} ms RTT, stale for {staleFor.TotalSeconds:0} s";

    public string Version => "-";

    public IEndpoints Endpoints => _front;

    public Task StartAsync(IReadOnlyList<ShopAddress> current, IReadOnlyList<ShopAddress> coming, CancellationToken cancellationToken)
    {
        _backends.Replace(current);
        _http = new DelayingTcpProxy(_front.NextHttp(), roundTrip / 2, _backends.NextHttp);
        _https = new DelayingTcpProxy(_front.NextHttps(), roundTrip / 2, _backends.NextHttps);
        return Task.CompletedTask;
    }

    public Task AddAsync(ShopAddress instance, CancellationToken cancellationToken)
    {
        _backends.Replace([.. _backends.Instances, instance]);
        return Task.CompletedTask;
    }

    public async Task RemoveAsync(ShopAddress instance, CancellationToken cancellationToken)
    {
        await Task.Delay(staleFor, cancellationToken);
        _backends.Replace(_backends.Instances.Where(i => i != instance));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in new[] { _http, _https }.OfType<DelayingTcpProxy>())
        {
            await proxy.DisposeAsync();
        }
    }
}
