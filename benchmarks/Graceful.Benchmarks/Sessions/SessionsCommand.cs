using System.CommandLine;

namespace Graceful.Benchmarks;

internal static class SessionsCommand
{
    private const string All = "all";

    private static readonly (string Name, Func<RedisTarget, int, Task<IReadOnlyList<SessionFinding>>> RunAsync)[] Cases =
    [
        (RoundTripCase.Name, (redis, _) => RoundTripCase.RunAsync(redis)),
        (SessionLatencyCase.Name, SessionLatencyCase.RunAsync),
        (SessionThroughputCase.Name, SessionThroughputCase.RunAsync),
        (SessionAllocationCase.Name, SessionAllocationCase.RunAsync),
        (WritersCase.Name, (redis, _) => WritersCase.RunAsync(redis)),
        (HungRedisCase.Name, (redis, _) => HungRedisCase.RunAsync(redis)),
    ];

    public static Command Create()
    {
        var rounds = CommonOptions.Count("--rounds", 7, "Interleaved rounds of each number that has an interval");
        var chosen = new Option<string>("--case") { Description = $"One case, without writing the result (default: {All})", DefaultValueFactory = _ => All };
        chosen.AcceptOnlyFromAmong([All, .. Cases.Select(c => c.Name)]);
        var preliminary = CommonOptions.Preliminary();
        var command = new Command("sessions", "Sessions on Redis: Graceful's against ASP.NET Core's AddSession() on AddStackExchangeRedisCache().") { rounds, chosen, preliminary };
        command.SetAction(parsed => RunAsync(parsed.GetValue(rounds), parsed.GetValue(chosen)!, parsed.GetValue(preliminary)));
        return command;
    }

    private static async Task<int> RunAsync(int rounds, string chosen, bool preliminary)
    {
        // Always one of its own: it is stopped on the way.
        await using var redis = await RedisTarget.OpenAsync(null);
        var findings = new List<SessionFinding>();
        foreach (var (name, runAsync) in Cases.Where(c => chosen == All || chosen == c.Name))
        {
            Console.WriteLine($"{name} …");
            findings.AddRange(await runAsync(redis, rounds));
        }

        var file = new ResultFile("sessions", $"{ResultFile.Run} sessions --rounds {rounds}");
        file.Line($"{redis.Description}. Both sides in one process, each with a connection of its own and the same settings, request by request through hosting, routing and UseSession(), without sockets;");
        file.Line($"what both did to their sessions is compared at the end. Medians of {rounds} interleaved rounds; the ratios with the 95 % bootstrap interval of their median.");
        file.Line();
        file.Table(SessionFinding.Head, findings.Select(f => f.ToRow()));
        if (chosen == All)
        {
            file.Save(preliminary);
        }

        return findings.Any(f => f.Verdict == Verdict.Missed) ? 1 : findings.Any(f => f.Verdict == Verdict.Undecided) ? 2 : 0;
    }
}
