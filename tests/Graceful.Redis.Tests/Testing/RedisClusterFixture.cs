using System.Globalization;
using Graceful.RollingUpdate.Tests.Processes;

namespace Graceful.Redis.Tests.Testing;

/// <summary>Three redis-servers as one cluster, with a third of the slots each, for tests that do it no harm.</summary>
public sealed class RedisClusterFixture : IAsyncLifetime
{
    private const int Slots = 16384;
    private readonly List<RedisServer> _nodes = [];

    public string Configuration
    {
        get
        {
            RedisServer.Require();
            return string.Join(',', _nodes.Select(n => n.Configuration));
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (!RedisServer.IsInstalled)
        {
            // Told by the tests, one by one.
            return;
        }

        var buses = new List<int>();
        for (var n = 0; n < 3; n++)
        {
            buses.Add(FreePorts.Next());
            var node = RedisServer.Prepare("--cluster-enabled", "yes", "--cluster-port", buses[n].ToString(CultureInfo.InvariantCulture));
            _nodes.Add(node);
            await node.StartAsync();
            await node.SayAsync("CLUSTER", "SET-CONFIG-EPOCH", n + 1);
            await node.SayAsync("CLUSTER", "ADDSLOTSRANGE", n * Slots / 3, ((n + 1) * Slots / 3) - 1);
        }

        for (var n = 1; n < 3; n++)
        {
            await _nodes[0].SayAsync("CLUSTER", "MEET", "127.0.0.1", _nodes[n].Port, buses[n]);
        }

        foreach (var node in _nodes)
        {
            await Eventually.TrueAsync(async () => await IsCompleteAsync(node), $"the node on port {node.Port} sees the whole cluster");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    private static async Task<bool> IsCompleteAsync(RedisServer node)
    {
        await using var connection = await node.ConnectAsync();
        var info = (await connection.GetServer(node.Configuration).ExecuteAsync("CLUSTER", "INFO")).ToString();
        return info.Contains("cluster_state:ok", StringComparison.Ordinal) && info.Contains("cluster_known_nodes:3", StringComparison.Ordinal);
    }
}
