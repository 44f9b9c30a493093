using System.Diagnostics;
using System.Globalization;

namespace Graceful.Benchmarks;

/// <summary>Requests a second through the session layer, 16 at a time, each with a session of its own; and what the same commands do without one.</summary>
internal static class SessionThroughputCase
{
    public const string Name = "throughput";
    public const int Concurrency = 16;

    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(0.8);

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
        foreach (var (path, work, least) in Works)
        {
            var taken = await MeasureAsync(rounds, Do(theirs, path), Do(ours, path));
            findings.Add(SessionFinding.OfRatio($"requests/s, 10×200 B, {Concurrency} at a time: {work}", Text(taken.MedianBuiltIn), Text(taken.MedianGraceful), taken.Gained, least, "as many"));
            var commands = await MeasureAsync(rounds, bare.BuiltIn(path), bare.Graceful(path));
            findings.Add(SessionFinding.WithoutTarget("– its commands alone", Text(commands.MedianBuiltIn), Text(commands.MedianGraceful), SessionFinding.Text(commands.Gained)));
        }

        await SameState.RequireAsync(theirs, ours);
        (theirs, ours) = (await EstablishAsync(builtIn, 50, 1000), await EstablishAsync(graceful, 50, 1000));
        var declared = await MeasureAsync(rounds, Do(theirs, SessionEndpoints.DeclaredRead), Do(ours, SessionEndpoints.DeclaredRead));
        findings.Add(SessionFinding.OfRatio(
            $"requests/s, 50×1 kB, {Concurrency} at a time: read of one entry, declared by [SessionKeys]", Text(declared.MedianBuiltIn), Text(declared.MedianGraceful), declared.Gained, 5, "as many"));
        var full = await MeasureAsync(rounds, Do(theirs, SessionEndpoints.Read), Do(ours, SessionEndpoints.Read));
        findings.Add(SessionFinding.WithoutTarget($"requests/s, 50×1 kB, {Concurrency} at a time: read, all entries loaded", Text(full.MedianBuiltIn), Text(full.MedianGraceful), SessionFinding.Text(full.Gained)));
        await SameState.RequireAsync(theirs, ours);
        return findings;
    }

    private static Task<SessionClient[]> EstablishAsync(SessionHost host, int entries, int size) =>
        Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => SessionClient.EstablishAsync(host, entries, size)));

    private static Func<int, int, Task> Do(SessionClient[] clients, string path) => (worker, number) => clients[worker].DoAsync(path, number);

    /// <summary>The same number of requests on both sides, so that both end in the same state.</summary>
    private static async Task<PairedRounds> MeasureAsync(int rounds, Func<int, int, Task> builtIn, Func<int, int, Task> graceful)
    {
        var each = 50;
        for (var warmUp = 0; warmUp < 4; warmUp++)
        {
            var slower = Math.Min(await RateAsync(builtIn, each), await RateAsync(graceful, each));
            each = Math.Max(50, (int)(slower * Slice.TotalSeconds / Concurrency));
        }

        return await PairedRounds.TakeAsync(rounds, () => RateAsync(builtIn, each), () => RateAsync(graceful, each));
    }

    private static async Task<double> RateAsync(Func<int, int, Task> doAsync, int each)
    {
        var begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
            {
                await doAsync(worker, i);
            }
        })));
        return each * Concurrency / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private static string Text(double rate) => rate.ToString("N0", CultureInfo.InvariantCulture);
}
