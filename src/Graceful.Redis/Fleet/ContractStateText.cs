using System.Globalization;

namespace Graceful;

/// <summary>
/// One contract's state, as it stands in Redis.
/// <code>
///   text     = revision SP joinLow SP joinHigh SP returnLow SP returnHigh "|" rest
///   rest     = active SP low SP high SP priorLow SP priorHigh SP mode SP since SP fence SP flags SP retention SP request      (revision 1)
///   flags    = "-" or any of p (pinned), k (kept until an operator says that it is gone)
///   since, retention: µs; fence: an epoch; mode, request: the numbers of LevelMode and LevelRequest
/// </code>
/// What stands before the bar is the same in every revision: the script holds joins against it, without knowing modes. A revision that is not known is not read,
/// and so never overwritten.
/// </summary>
internal static class ContractStateText
{
    private const int Revision = 1;
    private const int Parts = 11;

    public static string Write(ContractState c)
    {
        var (join, back) = (c.JoinWindow, c.ReturnWindow);
        var flags = (c.Pinned ? "p" : "") + (c.RetainManually ? "k" : "");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Revision} {join.Min} {join.Max} {back.Min} {back.Max}|{c.Active} {c.Low} {c.High} {c.PriorLow} {c.PriorHigh} {(int)c.Mode} {Microseconds.Of(c.Since)} {c.Fence} " +
            $"{(flags.Length == 0 ? "-" : flags)} {Microseconds.Of(c.Retention)} {(int)c.Request}");
    }

    /// <exception cref="FormatException">The text is of a later revision, or is none.</exception>
    public static ContractState Read(string text)
    {
        var revision = text.AsSpan(0, Math.Max(0, text.IndexOf(' ', StringComparison.Ordinal)));
        if (int.TryParse(revision, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > Revision)
        {
            throw new FormatException($"it is of revision {number}, of a later version of Graceful; this one reads up to {Revision}");
        }

        var parts = text[(text.IndexOf('|', StringComparison.Ordinal) + 1)..].Split(' ');
        if (number != Revision || parts.Length != Parts)
        {
            throw new FormatException("it is not the state of a contract");
        }

        var state = new ContractState
        {
            Active = Level(parts[0]),
            Low = Level(parts[1]),
            High = Level(parts[2]),
            PriorLow = Level(parts[3]),
            PriorHigh = Level(parts[4]),
            Mode = (LevelMode)Level(parts[5]),
            Since = Microseconds.ToTimeSpan(Long(parts[6])),
            Fence = Long(parts[7]),
            Pinned = parts[8].Contains('p', StringComparison.Ordinal),
            RetainManually = parts[8].Contains('k', StringComparison.Ordinal),
            Retention = Microseconds.ToTimeSpan(Long(parts[9])),
            Request = (LevelRequest)Level(parts[10]),
        };
        var isSound = state.Low <= state.Active && state.Active <= state.High && Enum.IsDefined(state.Mode) && Enum.IsDefined(state.Request);
        return isSound ? state : throw new FormatException("it holds what cannot be");
    }

    private static int Level(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static long Long(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
