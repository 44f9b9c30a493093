using System.Diagnostics;
using System.Globalization;

namespace Graceful.Benchmarks;

/// <summary>What one size of fleet costs.</summary>
/// <param name="Members">How many.</param>
/// <param name="Connections">Over how many connections.</param>
/// <param name="Core">Of a core of the server, with beats and decisions alone.</param>
/// <param name="CoreWithPings">The same with as many PINGs beside them.</param>
/// <param name="BeatsPerSecond">The load that was answered.</param>
/// <param name="Latency">Beats and PINGs, interleaved.</param>
/// <param name="Censuses">The census, as clients see it: once a second.</param>
/// <param name="Replacements">The new state, as clients see it.</param>
/// <param name="BytesPerMember">Of all keys of the fleet.</param>
/// <param name="Failures">Beats that were not answered.</param>
internal sealed record FleetMeasurement(
    int Members, int Connections, double Core, double CoreWithPings, double BeatsPerSecond, FleetMeter Latency, Sample Censuses, Sample Replacements, double BytesPerMember, int Failures)
{
    private const int Decisions = 15;

    public double Ratio => Latency.Beats.Percentile(0.99) / Latency.Pings.Percentile(0.99);

    public static async Task<FleetMeasurement> TakeAsync(RedisTarget redis, int members, TimeSpan duration)
    {
        var fleet = $"benchmark-{members}";
        var measured = await MeasureAsync(redis, fleet, members, duration);
        await redis.Database.KeyDeleteAsync(new FleetKeys("", fleet).All);
        return measured;
    }

    private static async Task<FleetMeasurement> MeasureAsync(RedisTarget redis, string fleet, int members, TimeSpan duration)
    {
        await using var simulation = await FleetSimulation.ConnectAsync(redis, fleet, members);
        await simulation.Members[0].DecideAsync(new FleetMeter());
        simulation.Start();

        await RestAsync(simulation);

        // First without PINGs: their cost is not the fleet's.
        var (alone, seconds, core) = await RunAsync(redis, simulation, duration / 2, pings: false);
        var (latency, _, coreWithPings) = await RunAsync(redis, simulation, duration / 2, pings: true);
        var bytes = await MemoryAsync(redis, fleet);

        // The decisions above found nothing to change. These always write.
        var decisions = simulation.Measure(pings: false);
        for (var i = 0; i < Decisions; i++)
        {
            await simulation.Members[i].DecideAsync(decisions, always: true);
            await Task.Delay(100);
        }

        return new FleetMeasurement(
            members, simulation.Connections, core, coreWithPings, alone.Beats.Count / seconds, latency, decisions.Censuses, decisions.Replacements, bytes / members, alone.Failures + latency.Failures);
    }

    /// <summary>Everybody joins, the levels rise step by step, and each step is told to everybody: a fleet at rest is what is measured.</summary>
    private static async Task RestAsync(FleetSimulation simulation)
    {
        var (epoch, since) = (0L, Stopwatch.GetTimestamp());
        while (epoch == 0 || Stopwatch.GetElapsedTime(since) < FleetSimulation.Interval * 2.5)
        {
            await Task.Delay(100);
            var newest = simulation.Members.Max(m => m.Known);
            if (newest != epoch)
            {
                (epoch, since) = (newest, Stopwatch.GetTimestamp());
            }
        }
    }

    private static async Task<(FleetMeter Meter, double Seconds, double Core)> RunAsync(RedisTarget redis, FleetSimulation simulation, TimeSpan duration, bool pings)
    {
        var processor = await redis.ProcessorTimeAsync();
        var begun = Stopwatch.GetTimestamp();
        var meter = await simulation.RunAsync(duration, pings);
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        return (meter, seconds, (await redis.ProcessorTimeAsync() - processor) / seconds);
    }

    private static async Task<double> MemoryAsync(RedisTarget redis, string fleet)
    {
        var bytes = 0.0;
        foreach (var key in new FleetKeys("", fleet).All)
        {
            var used = await redis.Database.ExecuteAsync("MEMORY", "USAGE", key, "SAMPLES", "0");
            bytes += used.IsNull ? 0 : (double)used;
        }

        return bytes;
    }

    public IReadOnlyList<string> ToRow() =>
    [
        Members.ToString("N0", CultureInfo.InvariantCulture),
        Connections.ToString("N0", CultureInfo.InvariantCulture),
        BeatsPerSecond.ToString("N0", CultureInfo.InvariantCulture),
        string.Create(CultureInfo.InvariantCulture, $"{Core * 100:0.0} %"),
        string.Create(CultureInfo.InvariantCulture, $"{CoreWithPings * 100:0.0} %"),
        Latency.Beats.Text(0.5),
        Latency.Beats.Text(0.99),
        Latency.Pings.Text(0.5),
        Latency.Pings.Text(0.99),
        string.Create(CultureInfo.InvariantCulture, $"{Ratio:0.0}"),
        Censuses.Milliseconds(0.5),
        Replacements.Milliseconds(0.5),
        string.Create(CultureInfo.InvariantCulture, $"{BytesPerMember:0} B"),
    ];
}
