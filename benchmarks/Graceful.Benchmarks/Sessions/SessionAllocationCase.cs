using System.Globalization;

namespace Graceful.Benchmarks;

/// <summary>What a request allocates in the whole process, the client of Redis included, one request at a time; less a request with the cookie of a session in memory which it does not touch. So the cookie is decrypted on all sides.</summary>
internal static class SessionAllocationCase
{
    public const string Name = "allocations";

    private const int Requests = 2_000;

    private static readonly (string Path, string Work, double? Least)[] Works =
    [
        (SessionEndpoints.NoAccess, "no access", null), (SessionEndpoints.Read, "read", 2), (SessionEndpoints.DeclaredRead, "read of one entry, declared by [SessionKeys]", null),
        (SessionEndpoints.BlindWrite, "blind write (the built-in has to load)", 5), (SessionEndpoints.ReadAndWrite, "read + write", null),
    ];

    public static async Task<IReadOnlyList<SessionFinding>> RunAsync(RedisTarget redis, int rounds)
    {
        await using var untouched = await SessionWire.StartAsync(SessionSide.Untouched, redis.Address);
        await using var builtIn = await SessionWire.StartAsync(SessionSide.BuiltIn, redis.Address);
        await using var graceful = await SessionWire.StartForgetfulAsync(redis.Address);
        var nothing = await SessionClient.EstablishAsync(untouched, 10, 200);
        var (theirs, ours) = (await SessionClient.EstablishAsync(builtIn, 10, 200), await SessionClient.EstablishAsync(graceful, 10, 200));
        var findings = new List<SessionFinding>();
        foreach (var (path, work, least) in Works)
        {
            await RequestAsync(theirs, path);
            await RequestAsync(ours, path);
            await RequestAsync(nothing, path);
            var without = await RequestAsync(nothing, path);
            var taken = await PairedRounds.TakeAsync(rounds, async () => await RequestAsync(theirs, path) - without, async () => await RequestAsync(ours, path) - without);
            var (b, g) = (Text(taken.MedianBuiltIn), Text(taken.MedianGraceful));
            findings.Add(least is { } ratio
                ? SessionFinding.OfRatio($"allocated, 10×200 B: {work}", b, g, taken.Saved, ratio, "less")
                : SessionFinding.WithoutTarget($"allocated, 10×200 B: {work}", b, g, path == SessionEndpoints.NoAccess ? "" : SessionFinding.Text(taken.Saved)));
        }

        await SameState.RequireAsync([theirs], [ours]);
        return findings;
    }

    /// <returns>Bytes of a request.</returns>
    private static async Task<double> RequestAsync(SessionClient client, string path)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < Requests; i++)
        {
            await client.DoAsync(path, i);
        }

        return (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / Requests;
    }

    private static string Text(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} B");
}
