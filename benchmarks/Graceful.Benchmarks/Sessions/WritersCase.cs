using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Graceful.Benchmarks;

/// <summary>Requests that write different entries of one session at once, on two instances: all have loaded before one commits.</summary>
internal static class WritersCase
{
    public const string Name = "writers";

    private const int Writers = 40;

    public static async Task<IReadOnlyList<SessionFinding>> RunAsync(RedisTarget redis)
    {
        var (theirs, ours) = (await SurviveAsync(SessionSide.BuiltIn, redis.Address), await SurviveAsync(SessionSide.Graceful, redis.Address));
        return [SessionFinding.OfFact(
            string.Create(CultureInfo.InvariantCulture, $"{Writers} concurrent writes of different entries, on two instances"), $"{theirs} survive", $"{ours} survive", $"{Writers} survive", ours == Writers)];
    }

    private static async Task<int> SurviveAsync(SessionSide side, string address)
    {
        await using var first = await SessionWire.StartAsync(side, address);
        await using var second = await SessionWire.StartAsync(side, address);
        var client = await SessionClient.EstablishAsync(first, entries: 1, size: 200);
        var before = Entries(await client.DescribeAsync());

        var waiting = Writers;
        var loaded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answers = await Task.WhenAll(Enumerable.Range(1, Writers).Select(i =>
            client.At(i % 2 == 0 ? first : second).SendAsync(SessionEndpoints.ReadAndWrite, new SessionWork { Entry = SessionEndpoints.NameOf(i), Value = [(byte)i], Between = Meet })));
        return answers.All(a => a.StatusCode == StatusCodes.Status200OK)
            ? Entries(await client.DescribeAsync()) - before
            : throw new InvalidOperationException($"{side}: {answers.First(a => a.StatusCode != StatusCodes.Status200OK).StatusCode}.");

        Task Meet()
        {
            if (Interlocked.Decrement(ref waiting) == 0)
            {
                loaded.SetResult();
            }

            return loaded.Task;
        }
    }

    private static int Entries(string description) => description.Count(c => c == '\n');
}
