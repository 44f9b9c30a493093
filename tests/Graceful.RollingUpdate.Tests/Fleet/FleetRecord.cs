using System.Globalization;

namespace Graceful.RollingUpdate.Tests.Fleet;

/// <summary>One record of the data that a fleet shares.</summary>
/// <param name="At">When it was written, by the clock of its Redis (µs).</param>
/// <param name="Member">Who wrote it.</param>
/// <param name="Level">Its level.</param>
/// <param name="Entered">When its operation began, by the clock of the same machine (µs).</param>
/// <param name="Window">Which levels might exist by the fleet's state when it was written; null when that lies elsewhere.</param>
internal sealed record FleetRecord(long At, string Member, int Level, long Entered, (int Low, int High)? Window)
{
    public static long Now => (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>"at member level entered|state", where the state is as in ContractStateText: "…|active low high …".</summary>
    public static FleetRecord Parse(string text)
    {
        var parts = text.Split('|');
        var record = parts[0].Split(' ');
        var state = parts.Length == 3 ? parts[2].Split(' ') : null;
        return new FleetRecord(Number(record[0]), record[1], (int)Number(record[2]), Number(record[3]), state is null ? null : ((int)Number(state[1]), (int)Number(state[2])));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
