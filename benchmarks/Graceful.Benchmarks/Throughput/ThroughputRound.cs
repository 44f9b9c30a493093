namespace Graceful.Benchmarks;

/// <summary>What one server did in one round.</summary>
/// <param name="RequestsPerSecond">Through the whole round.</param>
/// <param name="Microseconds">Processor time of the server for one request.</param>
internal readonly record struct Throughput(double RequestsPerSecond, double Microseconds);

/// <summary>
/// Three fresh processes: plain, Graceful, and plain again as the control. They are loaded one after the other in short slices, in an order
/// drawn anew for each, so that what else the machine does meets all alike.
/// </summary>
internal sealed class ThroughputRound(ILoad load, TimeSpan warmUp, TimeSpan slice, int slices)
{
    private static readonly AppVariant[] Variants = [AppVariant.Plain, AppVariant.Graceful, AppVariant.Plain];

    public async Task<(Throughput Plain, Throughput Graceful, Throughput Control)> RunAsync(Random random)
    {
        var servers = new List<ServerProcess>();
        try
        {
            foreach (var variant in Variants)
            {
                var server = ServerProcess.Start(AppBuild.Own, variant, quiet: true);
                servers.Add(server);
                server.WaitForFirstAnswer();
                await load.RunAsync(server.Port, warmUp);
            }

            var requests = new long[servers.Count];
            var time = new TimeSpan[servers.Count];
            var used = new TimeSpan[servers.Count];
            int[] order = [0, 1, 2];
            for (var i = 0; i < slices; i++)
            {
                random.Shuffle(order);
                foreach (var which in order)
                {
                    var before = servers[which].Used;
                    var result = await load.RunAsync(servers[which].Port, slice);
                    requests[which] += result.Requests;
                    time[which] += result.Duration;
                    used[which] += servers[which].Used - before;
                }
            }

            Throughput[] all = [.. requests.Select((n, i) => new Throughput(n / time[i].TotalSeconds, used[i].TotalMicroseconds / n))];
            return (all[0], all[1], all[2]);
        }
        finally
        {
            servers.ForEach(s => s.Dispose());
        }
    }
}
