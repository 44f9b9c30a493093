using System.Net;

namespace Graceful.RollingUpdate;

/// <summary>A list of instances that changes while it is used, taken in turn.</summary>
internal sealed class RoundRobinEndpoints : IEndpoints
{
    private volatile ShopAddress[] _instances = [];
    private int _turn;

    public IReadOnlyList<ShopAddress> Instances => _instances;

    public IPEndPoint NextHttp() => Next().Http;

    public IPEndPoint NextHttps() => Next().Https;

    public void Replace(IEnumerable<ShopAddress> instances) => _instances = [.. instances];

    private ShopAddress Next()
    {
        var instances = _instances;
        return instances.Length == 0
            ? throw new LossException("no endpoint", "the endpoint list is empty")
            : instances[(int)((uint)Interlocked.Increment(ref _turn) % instances.Length)];
    }
}
