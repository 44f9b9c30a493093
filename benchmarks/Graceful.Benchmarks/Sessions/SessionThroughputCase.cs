using System.Diagnostics;
using System.Globalization;

namespace Graceful.Benchmarks;

/// <summary>Requests a second through the session layer, 16 at a time, each with a session of its own; and what the same commands do without one.</summary>
internal static class SessionThroughputCase
{
    public const string Name = "throughput";
    public const int Concurrency = 16;

    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(0.8);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    private static readonly (string Path, string Work, double Least)[] Works =
    [
        (SessionEndpoints.Read, "read", 2.5), (SessionEndpoints.BlindWrite, "blind write (the built-in has to load)", 1.5), (SessionEndpoints.ReadAndWrite, "read + write", 0.85),
    ];

    public static async Task<IReadOnlyList<SessionFinding>> RunAsync(RedisTarget redis, int rounds)
    {
        await using var builtIn = await SessionWire.StartAsync(SessionSide.BuiltIn, redis.Address);
        await using var graceful = await SessionWire.StartAsync(SessionSide.Graceful, redis.Address);
        var findings = new List<SessionFinding>();
        var (theirs, ours) = (await EstablishAsync(builtIn, 10, 200), await EstablishAsync(graceful, 10, 200));
        await using var bare = await BareSessionCommands.OpenAsync(redis.Address, Concurrency, entries: 10, size: 200);
        await WarmUpAsync(theirs, ours);
        var decrypting = await CompareDecryptingAsync(redis, rounds, theirs);
        findings.AddRange(await CompareAsync(rounds, $"requests/s, 10×200 B, {Concurrency} at a time: no access", theirs, ours, SessionEndpoints.NoAccess, null));
        foreach (var (path, work, least) in Works)
        {
            findings.AddRange(await CompareAsync(rounds, $"requests/s, 10×200 B, {Concurrency} at a time: {work}", theirs, ours, path, least));
            var (commands, spent) = await MeasureAsync(rounds, bare.BuiltIn(path), bare.Graceful(path));
            findings.Add(SessionFinding.WithoutTarget("– its commands alone", Text(commands.MedianBuiltIn), Text(commands.MedianGraceful), SessionFinding.Text(commands.Gained)));
            findings.Add(SessionFinding.WithoutTarget("– processor time of these, without the server's", $"{spent.MedianBuiltIn:0} µs", $"{spent.MedianGraceful:0} µs", SessionFinding.Text(spent.Saved)));
        }

        await SameState.RequireAsync(theirs, ours);
        findings.AddRange(decrypting);
        (theirs, ours) = (await EstablishAsync(builtIn, 50, 1000), await EstablishAsync(graceful, 50, 1000));
        findings.AddRange(await CompareAsync(rounds, $"requests/s, 50×1 kB, {Concurrency} at a time: read of one entry, declared by [SessionKeys]", theirs, ours, SessionEndpoints.DeclaredRead, 5));
        findings.AddRange(await CompareAsync(rounds, $"requests/s, 50×1 kB, {Concurrency} at a time: read, all entries loaded", theirs, ours, SessionEndpoints.Read, null));
        await SameState.RequireAsync(theirs, ours);
        return findings;
    }

    /// <summary>With a cookie that is decrypted for each request, as it is for the first of a session in a minute.</summary>
    private static async Task<IReadOnlyList<SessionFinding>> CompareDecryptingAsync(RedisTarget redis, int rounds, SessionClient[] theirs)
    {
        await using var forgetful = await SessionWire.StartForgetfulAsync(redis.Address);
        var ours = await EstablishAsync(forgetful, 10, 200);
        await WarmUpAsync(theirs, ours);
        var findings = new List<SessionFinding>();
        foreach (var (path, work) in Works.Select(w => (w.Path, w.Work)).Prepend((SessionEndpoints.NoAccess, "no access")))
        {
            findings.AddRange((await CompareAsync(rounds, $"with each cookie decrypted anew: {work}", theirs, ours, path, null)).Take(1));
        }

        await SameState.RequireAsync(theirs, ours);
        return findings;
    }

    /// <summary>Everything, before the first is measured: code is compiled anew as it is used, which would count against whoever comes first.</summary>
    private static async Task WarmUpAsync(SessionClient[] theirs, SessionClient[] ours)
    {
        foreach (var (path, _, _) in Works)
        {
            var each = Math.Max(1, (int)(await RateAsync(Do(theirs, path), 100, []) * WarmUp.TotalSeconds / Concurrency));
            await RateAsync(Do(theirs, path), each, []);
            await RateAsync(Do(ours, path), each, []);
        }
    }

    private static Task<SessionClient[]> EstablishAsync(SessionHost host, int entries, int size) =>
        Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => SessionClient.EstablishAsync(host, entries, size)));

    private static async Task<IEnumerable<SessionFinding>> CompareAsync(int rounds, string name, SessionClient[] theirs, SessionClient[] ours, string path, double? least)
    {
        var (rate, cost) = await MeasureAsync(rounds, Do(theirs, path), Do(ours, path));
        var (b, g) = (Text(rate.MedianBuiltIn), Text(rate.MedianGraceful));
        return
        [
            least is { } ratio ? SessionFinding.OfRatio(name, b, g, rate.Gained, ratio, "as many") : SessionFinding.WithoutTarget(name, b, g, SessionFinding.Text(rate.Gained)),
            SessionFinding.WithoutTarget("– processor time of a request, without the server's", $"{cost.MedianBuiltIn:0} µs", $"{cost.MedianGraceful:0} µs", SessionFinding.Text(cost.Saved)),
        ];
    }

    private static Func<int, int, Task> Do(SessionClient[] clients, string path) => (worker, number) => clients[worker].DoAsync(path, number);

    /// <summary>The same number of requests on both sides, so that both end in the same state.</summary>
    private static async Task<(PairedRounds Rate, PairedRounds Cost)> MeasureAsync(int rounds, Func<int, int, Task> builtIn, Func<int, int, Task> graceful)
    {
        var each = 50;
        for (var warmUp = 0; warmUp < 4; warmUp++)
        {
            var slower = Math.Min(await RateAsync(builtIn, each, []), await RateAsync(graceful, each, []));
            each = Math.Max(50, (int)(slower * Slice.TotalSeconds / Concurrency));
        }

        var (theirs, ours) = (new List<double>(), new List<double>());
        var rate = await PairedRounds.TakeAsync(rounds, () => RateAsync(builtIn, each, theirs), () => RateAsync(graceful, each, ours));
        return (rate, new PairedRounds(theirs, ours));
    }

    /// <param name="doAsync">Does a request, for a worker and a number.</param>
    /// <param name="each">Requests of each worker.</param>
    /// <param name="costs">Takes the processor time of a request, in µs.</param>
    private static async Task<double> RateAsync(Func<int, int, Task> doAsync, int each, List<double> costs)
    {
        var used = Environment.CpuUsage.TotalTime;
        var begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
            {
                await doAsync(worker, i);
            }
        })));
        var rate = each * Concurrency / Stopwatch.GetElapsedTime(begun).TotalSeconds;
        costs.Add((Environment.CpuUsage.TotalTime - used).TotalMicroseconds / (each * Concurrency));
        return rate;
    }

    private static string Text(double rate) => rate.ToString("N0", CultureInfo.InvariantCulture);
}
