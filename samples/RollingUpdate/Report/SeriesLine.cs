using System.Runtime.InteropServices;

namespace Graceful.RollingUpdate;

/// <summary>One roll of a series, as one line of JSON.</summary>
internal sealed record SeriesLine
{
    public required DateTimeOffset Date { get; init; }

    public required string Setting { get; init; }

    public required bool Graceful { get; init; }

    /// <summary>The gateway and its version.</summary>
    public required string Gateway { get; init; }

    public required string Runtime { get; init; }

    public required string Os { get; init; }

    public required int Cores { get; init; }

    public required int Rate { get; init; }

    public required int Instances { get; init; }

    public required int Sent { get; init; }

    public required int Lost { get; init; }

    public required int StreamsCut { get; init; }

    public required int EventsMissed { get; init; }

    /// <summary>0 in lines from before there were carts.</summary>
    public int CartsChecked { get; init; }

    /// <summary>Additions to carts that were acknowledged and gone.</summary>
    public int CartsLost { get; init; }

    public required int LateArrivals { get; init; }

    public required double RollSeconds { get; init; }

    public required double LoadSeconds { get; init; }

    public required IReadOnlyList<int?> ExitCodes { get; init; }

    public required IReadOnlyDictionary<string, int> Causes { get; init; }

    public required IReadOnlyList<LossSample> Samples { get; init; }

    public required IReadOnlyList<string> Faults { get; init; }

    public static SeriesLine Of(string setting, RollResult result) => new()
    {
        Date = result.StartedAt,
        Setting = setting,
        Graceful = result.Graceful,
        Gateway = $"{result.Gateway} {result.GatewayVersion}",
        Runtime = RuntimeInformation.FrameworkDescription,
        Os = RuntimeInformation.OSDescription,
        Cores = Environment.ProcessorCount,
        Rate = result.Rate,
        Instances = result.Instances,
        Sent = result.Count.Sent,
        Lost = result.Count.Lost,
        StreamsCut = result.Count.StreamsCut,
        EventsMissed = result.Count.EventsMissed,
        CartsChecked = result.Count.Carts.Checked,
        CartsLost = result.Count.Carts.Lost,
        LateArrivals = result.LateArrivals,
        RollSeconds = Math.Round(result.Roll.Seconds, 1),
        LoadSeconds = Math.Round(result.LoadSeconds, 1),
        ExitCodes = [.. result.Fleet.Where(i => i.IsReplaced).Select(i => i.ExitCode)],
        Causes = result.Count.Causes,
        Samples = result.Graceful ? result.Count.Samples : [],
        Faults = result.Faults,
    };
}
