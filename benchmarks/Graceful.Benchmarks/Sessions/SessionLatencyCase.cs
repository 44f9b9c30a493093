using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace Graceful.Benchmarks;

/// <summary>How long a request takes when Redis is a millisecond away, one request at a time.</summary>
internal static class SessionLatencyCase
{
    public const string Name = "latency";

    private const int Requests = 100;
    private const int WarmUp = 200;
    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(0.5);

    private static readonly (string Path, string Work, double Least)[] Works =
    [
        (SessionEndpoints.Read, "read", 3.5), (SessionEndpoints.BlindWrite, "blind write (the built-in has to load)", 2.5), (SessionEndpoints.ReadAndWrite, "read + write", 1.4),
    ];

    public static async Task<IReadOnlyList<SessionFinding>> RunAsync(RedisTarget redis, int rounds)
    {
        using var proxy = new DelayingProxy(redis.Address, OneWay);
        await using var builtIn = await SessionWire.StartAsync(SessionSide.BuiltIn, proxy.Address);
        await using var graceful = await SessionWire.StartAsync(SessionSide.Graceful, proxy.Address);
        var (theirs, ours) = (await SessionClient.EstablishAsync(builtIn, 10, 200), await SessionClient.EstablishAsync(graceful, 10, 200));
        var ping = await PingAsync(proxy.Address);
        var findings = new List<SessionFinding> { SessionFinding.WithoutTarget("PING over the wire of the next lines", Text(ping), Text(ping)) };
        foreach (var (path, work, least) in Works)
        {
            await RequestAsync(theirs, path, WarmUp);
            await RequestAsync(ours, path, WarmUp);
            var taken = await PairedRounds.TakeAsync(rounds, () => RequestAsync(theirs, path, Requests), () => RequestAsync(ours, path, Requests));
            findings.Add(SessionFinding.OfRatio($"latency, 10×200 B: {work}", Text(taken.MedianBuiltIn), Text(taken.MedianGraceful), taken.Saved, least, "faster"));
        }

        await SameState.RequireAsync([theirs], [ours]);
        return findings;
    }

    /// <returns>The median, in ms.</returns>
    private static async Task<double> RequestAsync(SessionClient client, string path, int requests)
    {
        var times = new double[requests];
        for (var i = 0; i < requests; i++)
        {
            var asked = Stopwatch.GetTimestamp();
            await client.DoAsync(path, i);
            times[i] = Stopwatch.GetElapsedTime(asked).TotalMilliseconds;
        }

        return times.Order().ElementAt(requests / 2);
    }

    private static async Task<double> PingAsync(string address)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(SessionWire.To(address));
        var times = new double[WarmUp];
        for (var i = 0; i < times.Length; i++)
        {
            times[i] = (await connection.GetDatabase().PingAsync()).TotalMilliseconds;
        }

        return times.Order().ElementAt(times.Length / 2);
    }

    private static string Text(double milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.00} ms");
}
