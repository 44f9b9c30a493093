using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using StackExchange.Redis;

namespace Graceful.Benchmarks;

/// <summary>A Redis that has stopped answering: what a request meets that uses its session, and one that does not.</summary>
internal static class HungRedisCase
{
    public const string Name = "hung";

    private const double MostUntouched = 5;
    private const double Most = 500;
    private const int Untouched = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<IReadOnlyList<SessionFinding>> RunAsync(RedisTarget redis)
    {
        var alike = RedisConfiguration.For(new RedisOptions { Configuration = redis.Address });

        // As users have it, with the client's own settings; and with those of the product.
        await using var standard = await StartAsync(SessionSide.BuiltIn, ConfigurationOptions.Parse(redis.Address));
        await using var builtIn = await StartAsync(SessionSide.BuiltIn, alike);
        await using var graceful = await StartAsync(SessionSide.Graceful, alike);

        // Each as the first of an outage: after a failure Graceful does not ask again for a moment.
        var read = await MeasureAsync(redis, graceful, SessionEndpoints.Read);
        var blocking = await MeasureAsync(redis, graceful, SessionEndpoints.ReadBlocking);
        var write = await MeasureAsync(redis, graceful, SessionEndpoints.BlindWrite);
        var theirs = await MeasureTogetherAsync(redis, [standard, builtIn], [SessionEndpoints.NoAccess, SessionEndpoints.Read, SessionEndpoints.ReadBlocking, SessionEndpoints.BlindWrite]);
        var untouched = Math.Max(read.Untouched, Math.Max(blocking.Untouched, write.Untouched));
        return
        [
            SessionFinding.OfFact("Redis hung: a request that does not touch its session", theirs[0], $"{Text(untouched)}, the slowest of {3 * Untouched}", $"< {MostUntouched} ms", untouched < MostUntouched),
            SessionFinding.OfFact("Redis hung: read after LoadAsync", theirs[1], read.Touched.ToString(), "503 within 0.5 s", IsHeld(read.Touched, Most)),
            SessionFinding.OfFact("Redis hung: read without LoadAsync", theirs[2], blocking.Touched.ToString(), "503 within 0.5 s", IsHeld(blocking.Touched, Most)),
            SessionFinding.OfFact("Redis hung: blind write", theirs[3], write.Touched.ToString(), "503 within 0.5 s", IsHeld(write.Touched, Most)),
            SessionFinding.OfFact("Redis hung: the next read", "", read.Next.ToString(), "503 within 0.5 s", IsHeld(read.Next, Most)),
            SessionFinding.WithoutTarget("Redis answers again: sessions are back after", "", $"{Text(Math.Max(read.Back, Math.Max(blocking.Back, write.Back)))}, the slowest of 3"),
        ];
    }

    private static bool IsHeld(Answer answer, double most) => answer.Status == StatusCodes.Status503ServiceUnavailable && answer.Milliseconds <= most;

    private static async Task<Instance> StartAsync(SessionSide side, ConfigurationOptions connection)
    {
        var host = await SessionHost.StartAsync(side, connection);
        var instance = new Instance(host, await SessionClient.EstablishAsync(host, entries: 10, size: 200));
        foreach (var path in (string[])[SessionEndpoints.NoAccess, SessionEndpoints.Read, SessionEndpoints.ReadBlocking, SessionEndpoints.BlindWrite])
        {
            for (var i = 0; i < Untouched; i++)
            {
                await instance.Client.DoAsync(path, i);
            }
        }

        return instance;
    }

    private static async Task<Outage> MeasureAsync(RedisTarget redis, Instance instance, string path)
    {
        await instance.Client.DoAsync(path, 0);
        redis.Pause();
        double untouched = 0;
        Answer touched, next;
        try
        {
            for (var i = 0; i < Untouched; i++)
            {
                untouched = Math.Max(untouched, (await AskAsync(instance.Client, SessionEndpoints.NoAccess)).Milliseconds);
            }

            touched = await AskAsync(instance.Client, path);
            next = await AskAsync(instance.Client, path);
        }
        finally
        {
            redis.Resume();
        }

        var resumed = Stopwatch.GetTimestamp();
        while (await AskAsync(instance.Client, path) is { Status: not StatusCodes.Status200OK } or { IsEmpty: true })
        {
            if (Stopwatch.GetElapsedTime(resumed) > Patience)
            {
                throw new InvalidOperationException($"{instance.Host.Side}: sessions do not come back.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }

        return new Outage(untouched, touched, next, Stopwatch.GetElapsedTime(resumed).TotalMilliseconds);
    }

    /// <summary>All at once: each of them only waits, and one after the other would take minutes.</summary>
    private static async Task<string[]> MeasureTogetherAsync(RedisTarget redis, Instance[] instances, string[] paths)
    {
        redis.Pause();
        try
        {
            var answers = await Task.WhenAll(paths.Select(p => Task.WhenAll(instances.Select(i => Task.Run(() => AskAsync(i.Client, p))))));
            return [.. answers.Select(a => $"{a[0]}; with Graceful's connection settings {a[1]}")];
        }
        finally
        {
            redis.Resume();
        }
    }

    private static async Task<Answer> AskAsync(SessionClient client, string path)
    {
        var asked = Stopwatch.GetTimestamp();
        var answer = await client.SendAsync(path, new SessionWork { Value = [1] });
        return new Answer(Stopwatch.GetElapsedTime(asked).TotalMilliseconds, answer.StatusCode, SessionClient.IsEmpty(answer));
    }

    private static string Text(double milliseconds) =>
        milliseconds >= 1000 ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.0} s") : string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.0} ms");

    private sealed record Instance(SessionHost Host, SessionClient Client) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }

    private sealed record Outage(double Untouched, Answer Touched, Answer Next, double Back);

    private sealed record Answer(double Milliseconds, int Status, bool IsEmpty)
    {
        public override string ToString() => $"{Text(Milliseconds)}: {Status}{(IsEmpty ? " and empty data" : "")}";
    }
}
