using System.Diagnostics;

namespace Graceful.Benchmarks;

/// <summary>
/// How often a request waits for Redis: seen on a wire so long that a command which was sent before an answer can be told from one that waited for it. What is sent without being waited for is counted
/// apart.
/// </summary>
internal static class RoundTripCase
{
    public const string Name = "round-trips";

    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(50);

    private static readonly (string Path, string Work, int Most)[] Works =
    [
        (SessionEndpoints.NoAccess, "no access", 0), (SessionEndpoints.Read, "read", 1), (SessionEndpoints.BlindWrite, "blind write", 1), (SessionEndpoints.ReadAndWrite, "read + write", 2),
    ];

    public static async Task<IReadOnlyList<SessionFinding>> RunAsync(RedisTarget redis)
    {
        await using var builtIn = await Side.StartAsync(SessionSide.BuiltIn, redis.Address);
        await using var graceful = await Side.StartAsync(SessionSide.Graceful, redis.Address);
        var findings = new List<SessionFinding>();
        foreach (var (path, work, most) in Works)
        {
            var (theirs, ours) = (await builtIn.CountAsync(path), await graceful.CountAsync(path));
            findings.Add(SessionFinding.OfFact($"round trips: {work}", theirs.ToString(), ours.ToString(), $"{most}", ours.Awaited <= most && ours.Awaited < theirs.Awaited));
        }

        var touches = await graceful.TouchesAsync();
        var same = await builtIn.Client.DescribeAsync() == await graceful.Client.DescribeAsync();
        findings.Add(SessionFinding.OfFact("what both sessions hold after that", "", same ? "the same" : "not the same", "the same", same));
        findings.Add(SessionFinding.OfFact("commands of all this that no request waited for", "", $"{touches}", "≤ 1 a minute", touches <= 1));
        return findings;
    }

    /// <param name="Awaited">Round trips that the request waited for.</param>
    /// <param name="Commands">Commands in them.</param>
    private sealed record Count(int Awaited, IReadOnlyList<string> Commands)
    {
        public override string ToString() => Awaited == 0 ? "0" : $"{Awaited} ({string.Join(", ", Commands)})";
    }

    private sealed class Side(SessionHost host, CountingProxy proxy, SessionClient client) : IAsyncDisposable
    {
        private int _awaited;
        private int _established;

        public SessionClient Client => client;

        public static async Task<Side> StartAsync(SessionSide side, string address)
        {
            var proxy = new CountingProxy(address, OneWay);
            var host = await SessionWire.StartAsync(side, proxy.Address);
            var client = await SessionClient.EstablishAsync(host, entries: 10, size: 200);

            // Once each, so that no script is loaded and nothing compiled while it is counted.
            foreach (var (path, _, _) in Works)
            {
                await client.DoAsync(path, 0);
            }

            return new Side(host, proxy, client) { _established = Commands(proxy, side).Count };
        }

        public async Task<Count> CountAsync(string path)
        {
            var before = Commands(proxy, host.Side).Count;
            await client.DoAsync(path, 1);

            // What left less than a round trip before the end was not waited for.
            var answered = Stopwatch.GetTimestamp() - (long)(2 * OneWay.TotalSeconds * Stopwatch.Frequency);
            var awaited = Commands(proxy, host.Side).Skip(before).Where(c => c.At <= answered).ToList();
            _awaited += awaited.Count;
            return new Count(RoundTrips(awaited), [.. awaited.Select(c => c.Words[0])]);
        }

        /// <summary>Commands that no request waited for, since the session was begun.</summary>
        public async Task<int> TouchesAsync()
        {
            // They are collected for a second.
            await Task.Delay(TimeSpan.FromSeconds(2));
            return Commands(proxy, host.Side).Count - _established - _awaited;
        }

        public async ValueTask DisposeAsync()
        {
            await host.DisposeAsync();
            await proxy.DisposeAsync();
        }

        /// <summary>A command that was sent while another was on its way belongs to its round trip.</summary>
        private static int RoundTrips(IReadOnlyList<CountingProxy.Sent> commands)
        {
            var (trips, until) = (0, long.MinValue);
            foreach (var command in commands)
            {
                if (command.At >= until)
                {
                    trips++;
                    until = command.At + (long)(2 * OneWay.TotalSeconds * Stopwatch.Frequency);
                }
            }

            return trips;
        }

        /// <summary>Those that name a session's key: a side has other business with Redis.</summary>
        private static List<CountingProxy.Sent> Commands(CountingProxy proxy, SessionSide side) => [.. proxy.Commands.Where(c => c.Words.Any(w => IsSession(w, side)))];

        private static bool IsSession(string word, SessionSide side) =>
            word.StartsWith(SessionHost.Prefix(side), StringComparison.Ordinal) && (side == SessionSide.BuiltIn || word.Contains(":s:", StringComparison.Ordinal));
    }
}
