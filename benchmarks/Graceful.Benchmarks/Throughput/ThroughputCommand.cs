using System.CommandLine;

namespace Graceful.Benchmarks;

internal static class ThroughputCommand
{
    private const double Allowance = 0.02;

    public static Command Create()
    {
        var pairs = CommonOptions.Count("--pairs", 30, "Rounds, each one pair and one control pair of fresh processes");
        var slices = CommonOptions.Count("--slices", 3, "One-second slices of load on each server of a round");
        var connections = CommonOptions.Count("--connections", 32, "Keep-alive connections");
        var preliminary = CommonOptions.Preliminary();
        var command = new Command("throughput", "Requests a second through Kestrel over loopback: plain against Graceful, and plain against plain as the control.")
        {
            pairs, slices, connections, preliminary,
        };
        command.SetAction(parsed => RunAsync(parsed.GetValue(pairs), parsed.GetValue(slices), parsed.GetValue(connections), parsed.GetValue(preliminary)));
        return command;
    }

    private static async Task<int> RunAsync(int pairs, int slices, int connections, bool preliminary)
    {
        ILoad load = WrkLoad.Find() is { } wrk ? new WrkLoad(wrk, connections) : new SocketLoad(connections);
        var round = new ThroughputRound(load, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1), slices);
        var random = new Random(1);
        var rounds = new List<(Throughput Plain, Throughput Graceful, Throughput Control)>();
        for (var i = 0; i < pairs; i++)
        {
            var one = await round.RunAsync(random);
            rounds.Add(one);
            Console.WriteLine(FormattableString.Invariant(
                $"{i + 1,3}/{pairs}  plain {one.Plain.RequestsPerSecond:0}/s  graceful {one.Graceful.RequestsPerSecond:0}/s  control {one.Control.RequestsPerSecond:0}/s"));
        }

        return Report(rounds, load, slices, preliminary);
    }

    private static int Report(List<(Throughput Plain, Throughput Graceful, Throughput Control)> rounds, ILoad load, int slices, bool preliminary)
    {
        var file = new ResultFile("throughput", $"{ResultFile.Run} throughput --pairs {rounds.Count} --slices {slices}");
        var graceful = Interval.Of([.. rounds.Select(r => r.Graceful.RequestsPerSecond / r.Plain.RequestsPerSecond)]);
        var control = Interval.Of([.. rounds.Select(r => r.Control.RequestsPerSecond / r.Plain.RequestsPerSecond)]);
        var cost = Interval.Of([.. rounds.Select(r => r.Graceful.Microseconds - r.Plain.Microseconds)]);
        var controlCost = Interval.Of([.. rounds.Select(r => r.Control.Microseconds - r.Plain.Microseconds)]);

        file.Line($"{rounds.Count} interleaved pairs, each of fresh processes; {load.Name}; {slices} slices of 1 s on each server after 2 s of warm-up.");
        file.Line("Median of the pairs and its 95 % bootstrap interval:");
        file.Line();
        file.Table(
            ["", "requests/s, ratio", "interval", "processor time of a request, difference", "interval"],
            [Row("Graceful / plain", graceful, cost), Row("plain / plain (control)", control, controlCost)]);
        var held = graceful.Lower >= control.Lower - Allowance;
        file.Line(FormattableString.Invariant(
            $"Target: lower bound at least the control's less {Allowance}: {graceful.Lower:0.0000} >= {control.Lower:0.0000} - {Allowance} = {control.Lower - Allowance:0.0000}: {(held ? "held" : "MISSED")}."));
        file.Line();
        file.Data("All rounds", rounds.Select(r => FormattableString.Invariant(
            $"plain {r.Plain.RequestsPerSecond:0}/s {r.Plain.Microseconds:0.00} us   graceful {r.Graceful.RequestsPerSecond:0}/s {r.Graceful.Microseconds:0.00} us   control {r.Control.RequestsPerSecond:0}/s {r.Control.Microseconds:0.00} us"))
            .Prepend("requests a second, and processor time of a request"));
        file.Save(preliminary);
        return held ? 0 : 1;
    }

    private static string[] Row(string name, Interval ratio, Interval cost) =>
    [
        name,
        FormattableString.Invariant($"{ratio.Median:0.0000}"),
        FormattableString.Invariant($"{ratio.Lower:0.0000} … {ratio.Upper:0.0000}"),
        FormattableString.Invariant($"{cost.Median:+0.00;-0.00} µs"),
        FormattableString.Invariant($"{cost.Lower:+0.00;-0.00} … {cost.Upper:+0.00;-0.00} µs"),
    ];
}
