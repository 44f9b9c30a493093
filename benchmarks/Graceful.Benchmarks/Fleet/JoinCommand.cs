using System.CommandLine;
using System.Globalization;

namespace Graceful.Benchmarks;

internal static class JoinCommand
{
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(50);

    /// <summary>What a busy machine may add to one round trip and one beat, before it would be taken for another round trip.</summary>
    private const double MostRoundTrips = 1.5;

    public static Command Create()
    {
        var joins = CommonOptions.Count("--joins", 10, "Starts of a member, over each wire");
        var redis = FleetCommand.RedisOption();
        var preliminary = CommonOptions.Preliminary();
        var command = new Command("join", "How many round trips a member needs to join, counted on the wire, and what that adds to its start.") { joins, redis, preliminary };
        command.SetAction(parsed => RunAsync(parsed.GetValue(joins), parsed.GetValue(redis), parsed.GetValue(preliminary)));
        return command;
    }

    private static async Task<int> RunAsync(int joins, string? address, bool preliminary)
    {
        const string Fleet = "benchmark-join";
        await using var redis = await RedisTarget.OpenAsync(address);
        await using var first = MemberRuntime.Create(Fleet, redis.Configuration(), Renewal);
        first.Start();
        await first.WhenAsync(m => m.IsServing);

        // The first of all starts also compiles what it runs.
        await JoinMeasurement.TakeAsync(redis, Fleet, Renewal, TimeSpan.Zero);
        var near = await MeasureAsync(redis, Fleet, joins, TimeSpan.Zero);
        var far = await MeasureAsync(redis, Fleet, joins, OneWay);
        await redis.Database.KeyDeleteAsync(new FleetKeys("", Fleet).All);

        var file = new ResultFile("join", $"{ResultFile.Run} join --joins {joins}");
        file.Line($"{redis.Description}. {joins} starts of a member beside one that serves, through a proxy that counts the commands; directly, and over a wire of {2 * OneWay.TotalMilliseconds:0} ms there and back. Medians:");
        file.Line();
        file.Table(
            ["wire", "the fleet's commands until it serves", "from the first of them until it serves", "a PING", "before that: the client connects", "a bare client connects"],
            [Row("direct", near, isExact: false), Row($"{2 * OneWay.TotalMilliseconds:0} ms", far, isExact: true)]);
        file.Data("Each start: what it waited for, and what it also sent within a second", near.Concat(far).Select(j => string.Create(
            CultureInfo.InvariantCulture, $"{string.Join(", ", j.Needed)} | {j.Joining.TotalMilliseconds:0.0} ms | {string.Join(", ", j.After)}")));
        return Conclude(file, near, far, preliminary);
    }

    private static async Task<List<JoinMeasurement>> MeasureAsync(RedisTarget redis, string fleet, int joins, TimeSpan delay)
    {
        var taken = new List<JoinMeasurement>();
        for (var i = 0; i < joins; i++)
        {
            taken.Add(await JoinMeasurement.TakeAsync(redis, fleet, Renewal, delay));
        }

        return taken;
    }

    private static int Conclude(ResultFile file, List<JoinMeasurement> near, List<JoinMeasurement> far, bool preliminary)
    {
        // Each command of a member waits for the answer to the one before it.
        var most = far.Max(j => j.Needed.Count);
        var trips = Median(far, j => j.Joining) / Median(far, j => j.Ping);
        var held = most == 1 && trips < MostRoundTrips;
        file.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"Target: one round trip, and at most that and a beat on top of the start. Measured: {most} command at most; {trips:0.00} PINGs of the long wire, {Median(near, j => j.Joining):0.0} ms without it: {(held ? "held" : "MISSED")}."));
        file.Save(preliminary);
        return held ? 0 : 1;
    }

    private static string[] Row(string wire, List<JoinMeasurement> joins, bool isExact) =>
    [
        wire,
        !isExact ? "" : string.Join(" … ", new[] { joins.Min(j => j.Needed.Count), joins.Max(j => j.Needed.Count) }.Distinct()),
        Text(Median(joins, j => j.Joining)),
        Text(Median(joins, j => j.Ping)),
        Text(Median(joins, j => j.Connecting)),
        Text(Median(joins, j => j.Plain)),
    ];

    private static double Median(List<JoinMeasurement> joins, Func<JoinMeasurement, TimeSpan> time) => Interval.Of([.. joins.Select(j => time(j).TotalMilliseconds)]).Median;

    private static string Text(double milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.0} ms");
}
