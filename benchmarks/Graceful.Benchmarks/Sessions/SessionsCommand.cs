using System.CommandLine;

namespace Graceful.Benchmarks;

internal static class SessionsCommand
{
    private const string All = "all";

    private static readonly (string Name, Func<RedisTarget, Task<IReadOnlyList<SessionFinding>>> RunAsync)[] Cases =
    [
        (RoundTripCase.Name, RoundTripCase.RunAsync),
        (WritersCase.Name, WritersCase.RunAsync),
        (HungRedisCase.Name, HungRedisCase.RunAsync),
    ];

    public static Command Create()
    {
        var chosen = new Option<string>("--case") { Description = $"One case, without writing the result (default: {All})", DefaultValueFactory = _ => All };
        chosen.AcceptOnlyFromAmong([All, .. Cases.Select(c => c.Name)]);
        var preliminary = CommonOptions.Preliminary();
        var command = new Command("sessions", "Sessions on Redis: Graceful's against ASP.NET Core's AddSession() on AddStackExchangeRedisCache().") { chosen, preliminary };
        command.SetAction(parsed => RunAsync(parsed.GetValue(chosen)!, parsed.GetValue(preliminary)));
        return command;
    }

    private static async Task<int> RunAsync(string chosen, bool preliminary)
    {
        // Always one of its own: it is stopped on the way.
        await using var redis = await RedisTarget.OpenAsync(null);
        var findings = new List<SessionFinding>();
        foreach (var (name, runAsync) in Cases.Where(c => chosen == All || chosen == c.Name))
        {
            Console.WriteLine($"{name} …");
            findings.AddRange(await runAsync(redis));
        }

        var file = new ResultFile("sessions", $"{ResultFile.Run} sessions");
        file.Line($"{redis.Description}. ");
        file.Line();
        file.Table(SessionFinding.Head, findings.Select(f => f.ToRow()));
        if (chosen == All)
        {
            file.Save(preliminary);
        }

        return findings.Any(f => f.Verdict == Verdict.Missed) ? 1 : findings.Any(f => f.Verdict == Verdict.Undecided) ? 2 : 0;
    }
}
