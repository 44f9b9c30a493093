using System.CommandLine;
using System.Globalization;

namespace Graceful.Benchmarks;

internal static class FleetCommand
{
    /// <summary>The size that the targets are for.</summary>
    private const int Reference = 5_000;
    private const double MostOfACore = 0.08;
    private const double MostPings = 6;

    /// <summary>A PING that takes longer than this has waited for the machine, and not for the server.</summary>
    private const double SlowestQuietPing = 3_000;

    public static Command Create()
    {
        var members = new Option<int[]>("--members")
        {
            Description = "Sizes of the fleet (default 1000 5000 20000)", DefaultValueFactory = _ => [1_000, 5_000, 20_000], AllowMultipleArgumentsPerToken = true,
        };
        var seconds = CommonOptions.Count("--seconds", 30, "Measured seconds of each size, after all have joined");
        var redis = RedisOption();
        var preliminary = CommonOptions.Preliminary();
        var command = new Command("fleet", "A simulated fleet on one real Redis: what it costs the server, and how long beats and decisions take.") { members, seconds, redis, preliminary };
        command.SetAction(parsed => RunAsync(parsed.GetValue(members)!, parsed.GetValue(seconds), parsed.GetValue(redis), parsed.GetValue(preliminary)));
        return command;
    }

    public static Option<string?> RedisOption() => new("--redis") { Description = "host:port of a Redis to use, where the fleet's keys are written and deleted (default: starts one)" };

    private static async Task<int> RunAsync(int[] members, int seconds, string? address, bool preliminary)
    {
        await using var redis = await RedisTarget.OpenAsync(address);
        var measured = new List<FleetMeasurement>();
        foreach (var size in members)
        {
            Console.WriteLine($"{size} members …");
            measured.Add(await FleetMeasurement.TakeAsync(redis, size, TimeSpan.FromSeconds(seconds)));
        }

        var file = new ResultFile("fleet", $"{ResultFile.Run} fleet --members {string.Join(' ', members)} --seconds {seconds}");
        file.Line($"{redis.Description}. Renewals every {FleetSimulation.Interval.TotalSeconds:0} s ±20 %, {FleetSimulation.MembersOfAConnection} members on a connection, {seconds} s of each size:");
        file.Line("half of it beats alone (the server's processor), half of it with a PING for each beat on the same connections (the times, as the client sees them). A census is taken once a second.");
        file.Line();
        file.Table(
            ["members", "connections", "beats/s", "of a core", "with as many PINGs", "beat p50", "p99", "PING p50", "p99", "beat/PING p99", "census", "new state", "memory of a member"],
            measured.Select(m => m.ToRow()));
        foreach (var m in measured)
        {
            file.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"- {m.Members:N0}: {m.Latency.Beats.Count:N0} beats and {m.Latency.Pings.Count:N0} PINGs timed, {m.Failures} not answered; sent late by {m.Latency.Lateness.Text(0.5)} p50, {m.Latency.Lateness.Text(0.99)} p99"));
        }

        file.Line();
        return Conclude(file, measured, preliminary);
    }

    private static int Conclude(ResultFile file, List<FleetMeasurement> measured, bool preliminary)
    {
        var code = 2;
        if (measured.Find(m => m.Members == Reference) is { } m)
        {
            var held = m.Core < MostOfACore && m.Ratio < MostPings && m.Failures == 0;
            var busy = !held && m.Latency.Pings.Percentile(0.99) > SlowestQuietPing;
            code = busy ? 2 : held ? 0 : 1;
            file.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"Target, for {Reference:N0} members: below {MostOfACore * 100:0} % of a core, beat p99 below {MostPings} × PING p99. Measured: {m.Core * 100:0.0} %, {m.Ratio:0.0} ×: {(busy ? "undecided, the PINGs waited for the machine" : held ? "held" : "MISSED")}."));
        }

        file.Save(preliminary);
        return code;
    }
}
