using System.CommandLine;
using System.Globalization;

namespace Graceful.Benchmarks;

internal static class LevelChangeCommand
{
    private const double MostMilliseconds = 100;
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(5);

    /// <summary>Renewals come every interval ±20 %.</summary>
    private static readonly TimeSpan LongestRenewal = Renewal * 1.2;

    /// <summary>For the beat itself, on a machine that runs the whole fleet.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(MostMilliseconds);

    public static Command Create()
    {
        var members = CommonOptions.Count("--members", 200, "Member runtimes, each with a connection of its own, in one process");
        var changes = CommonOptions.Count("--changes", 10, "Changes that are announced");
        var unheard = CommonOptions.Count("--unheard", 4, "Changes with pub/sub cut");
        var redis = FleetCommand.RedisOption();
        var preliminary = CommonOptions.Preliminary();
        var command = new Command("level-change", "How long a change of the fleet's state takes to reach its members, with pub/sub and without.") { members, changes, unheard, redis, preliminary };
        command.SetAction(parsed => RunAsync(
            parsed.GetValue(members), parsed.GetValue(changes), parsed.GetValue(unheard), parsed.GetValue(redis), parsed.GetValue(preliminary)));
        return command;
    }

    private static async Task<int> RunAsync(int members, int changes, int unheard, string? address, bool preliminary)
    {
        await using var redis = await RedisTarget.OpenAsync(address);
        var told = await MeasureAsync(redis, "benchmark-told", members, changes, isDeaf: false);
        var deaf = await MeasureAsync(redis, "benchmark-deaf", members, unheard, isDeaf: true);

        var file = new ResultFile("level-change", $"{ResultFile.Run} level-change --members {members} --changes {changes} --unheard {unheard}");
        file.Line($"{redis.Description}. {members} member runtimes in one process, renewals every {Renewal.TotalSeconds:0} s ±20 %. From just before the new state is sent to the store until a share of the members");
        file.Line("have installed it; median and worst of the changes:");
        file.Line();
        file.Table(["", "changes", "50 %", "worst", "99 %", "worst", "100 %", "worst"], [Row("announced", told), Row("pub/sub cut", deaf)]);
        file.Data("All changes, in ms: 50 %, 99 %, 100 %", told.Select(c => Line("announced", c)).Concat(deaf.Select(c => Line("cut", c))));
        return Conclude(file, Median(told, 0.99), Worst(deaf, 1), preliminary);
    }

    private static async Task<List<Sample>> MeasureAsync(RedisTarget redis, string fleet, int members, int changes, bool isDeaf)
    {
        var taken = new List<Sample>();
        await using (var run = await LevelChangeRun.StartAsync(redis, fleet, members, Renewal, isDeaf))
        {
            // The first also compiles what it runs.
            await run.ChangeAsync();
            for (var i = 0; i < changes; i++)
            {
                taken.Add(await run.ChangeAsync());
                Console.WriteLine(Line($"{fleet} {i + 1}/{changes}", taken[^1]));
            }
        }

        await redis.Database.KeyDeleteAsync(new FleetKeys("", fleet).All);
        return taken;
    }

    private static int Conclude(ResultFile file, double told, double deaf, bool preliminary)
    {
        var held = told <= MostMilliseconds && deaf <= (LongestRenewal + Beat).TotalMilliseconds;
        file.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"Target: 99 % within {MostMilliseconds} ms (median of the changes), and all within one renewal ({LongestRenewal.TotalSeconds} s, and its beat) with pub/sub cut. Measured: {told:0} ms, {deaf / 1000:0.00} s: {(held ? "held" : "MISSED")}."));
        file.Save(preliminary);
        return held ? 0 : 1;
    }

    private static string[] Row(string name, List<Sample> changes) =>
    [
        name, changes.Count.ToString(CultureInfo.InvariantCulture), .. new[] { 0.5, 0.99, 1 }.SelectMany(s => new[] { Text(Median(changes, s)), Text(Worst(changes, s)) }),
    ];

    private static string Line(string name, Sample change) =>
        string.Create(CultureInfo.InvariantCulture, $"{name}: {change.Percentile(0.5) / 1000:0.0} {change.Percentile(0.99) / 1000:0.0} {change.Percentile(1) / 1000:0.0}");

    private static double Median(List<Sample> changes, double share) => Interval.Of([.. changes.Select(c => c.Percentile(share) / 1000)]).Median;

    private static double Worst(List<Sample> changes, double share) => changes.Max(c => c.Percentile(share)) / 1000;

    private static string Text(double milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms");
}
