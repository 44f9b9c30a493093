using System.Diagnostics;
using StackExchange.Redis;

namespace Graceful.Benchmarks;

/// <summary>One start of a member, seen from the wire.</summary>
/// <param name="Connecting">From the start until the first command of the fleet: the client's own connection, whoever uses it.</param>
/// <param name="Joining">From the first command of the fleet until the member serves.</param>
/// <param name="Plain">The same connection without a fleet, as a yardstick.</param>
/// <param name="Ping">One round trip over the same wire, as it was a moment before.</param>
/// <param name="Needed">The fleet's commands that were answered before the member served. Exact on a long wire.</param>
/// <param name="After">Its commands in the second after that.</param>
internal sealed record JoinMeasurement(TimeSpan Connecting, TimeSpan Joining, TimeSpan Plain, TimeSpan Ping, IReadOnlyList<string> Needed, IReadOnlyList<string> After)
{
    private static readonly TimeSpan Watching = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<string, string> Scripts = new[] { FleetScripts.Beat, FleetScripts.Census, FleetScripts.Replace, FleetScripts.Leave, FleetScripts.Members }
        .SelectMany(s => new[] { (s.Plain.Hash, s.Operation), (s.Flagged.Hash, s.Operation), (s.Plain.Text, s.Operation), (s.Flagged.Text, s.Operation) })
        .ToDictionary(s => s.Item1, s => NameOf(s.Operation));

    public static async Task<JoinMeasurement> TakeAsync(RedisTarget redis, string fleet, TimeSpan interval, TimeSpan delay)
    {
        await using var proxy = new CountingProxy(redis.Address, delay);
        var (plain, ping) = await ConnectAsync(redis, proxy.Address);
        var seen = proxy.Commands.Count;

        using var patience = new CancellationTokenSource(Patience);
        await using var member = MemberRuntime.Create(fleet, Through(redis, proxy.Address), interval);
        var started = Stopwatch.GetTimestamp();
        var serving = ServesAtAsync(member, patience.Token);
        member.Start();
        var served = await serving;
        await Task.Delay(Watching);

        // What was answered before it served: after that it goes on by itself.
        var answered = served - (long)(2 * delay.TotalSeconds * Stopwatch.Frequency);
        var commands = proxy.Commands.Skip(seen).Where(c => IsFleets(c.Words)).ToList();
        return new JoinMeasurement(
            Stopwatch.GetElapsedTime(started, commands[0].At),
            Stopwatch.GetElapsedTime(commands[0].At, served),
            plain,
            ping,
            [.. commands.Where(c => c.At <= answered && !IsAside(c.Words)).Select(c => Name(c.Words))],
            [.. commands.Where(c => c.At > answered || IsAside(c.Words)).Select(c => Name(c.Words))]);
    }

    private static async Task<long> ServesAtAsync(MemberRuntime member, CancellationToken cancellationToken)
    {
        await member.WhenAsync(m => m.IsServing, cancellationToken);
        return Stopwatch.GetTimestamp();
    }

    private static async Task<(TimeSpan Connecting, TimeSpan Ping)> ConnectAsync(RedisTarget redis, string address)
    {
        var started = Stopwatch.GetTimestamp();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(Through(redis, address));
        var connected = Stopwatch.GetTimestamp();
        await connection.GetDatabase().ExecuteAsync("PING");
        return (Stopwatch.GetElapsedTime(started, connected), Stopwatch.GetElapsedTime(connected));
    }

    private static ConfigurationOptions Through(RedisTarget redis, string address)
    {
        var configuration = redis.Configuration();
        configuration.EndPoints.Clear();
        configuration.EndPoints.Add(address);
        return configuration;
    }

    private static bool IsFleets(string[] words) => words[0] is "EVALSHA" or "EVAL" or "SUBSCRIBE" or "HMGET";

    /// <summary>What nothing waits for: the subscription, and the look at the server's policy.</summary>
    private static bool IsAside(string[] words) => words[0] == "SUBSCRIBE" || !Scripts.ContainsKey(words.ElementAtOrDefault(1) ?? "");

    private static string Name(string[] words) =>
        words[0] is "EVALSHA" or "EVAL" ? $"{words[0]} {Scripts.GetValueOrDefault(words[1], "look at the policy")}" : words[0];

    private static string NameOf(string operation) =>
        operation == FleetScripts.Beat.Operation ? "beat"
        : operation == FleetScripts.Census.Operation ? "census"
        : operation == FleetScripts.Replace.Operation ? "new state"
        : operation == FleetScripts.Leave.Operation ? "leave"
        : "members";
}
