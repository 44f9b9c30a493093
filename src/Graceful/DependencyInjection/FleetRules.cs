using System.Globalization;

namespace Graceful;

/// <summary>The times of the fleet, each by itself and against each other: the guarantees rest on them.</summary>
internal static class FleetRules
{
    private const int LongestName = 64;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestBake = TimeSpan.FromDays(90);

    /// <summary>What clocks and networks may add to the fence and the longest operation.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    public static void Check(FleetOptions fleet, CompatibilityOptions compatibility, List<string> faults)
    {
        if (fleet.Name is { } name && (name.Length is 0 or > LongestName || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')))
        {
            faults.Add($"Graceful:Fleet:Name = '{name}' must be 1 to {LongestName} letters, digits, '.', '_' and '-'");
        }

        if (!(fleet.MinReadyShare > 0 && fleet.MinReadyShare <= 1))
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"Graceful:Fleet:MinReadyShare = {fleet.MinReadyShare} must be above 0 and at most 1"));
        }

        if (fleet.Isolation is not (Isolation.FailOpen or Isolation.Strict))
        {
            faults.Add($"Graceful:Fleet:Isolation = {fleet.Isolation} must be one of {string.Join(", ", Enum.GetNames<Isolation>())}");
        }

        var before = faults.Count;
        Positive(faults, "Fleet:RenewInterval", fleet.RenewInterval);
        Positive(faults, "Fleet:LeaseDuration", fleet.LeaseDuration);
        Positive(faults, "Fleet:FenceAfter", fleet.FenceAfter);
        Positive(faults, "Fleet:MaxOperation", fleet.MaxOperation);
        Positive(faults, "Fleet:ExclusionWait", fleet.ExclusionWait);
        NotNegative(faults, "Fleet:FormingWait", fleet.FormingWait ?? TimeSpan.Zero, Longest);
        NotNegative(faults, "Compatibility:Bake", compatibility.Bake, LongestBake);
        Positive(faults, "Compatibility:RemindAfter", compatibility.RemindAfter, LongestBake);
        if (faults.Count == before)
        {
            Relations(fleet, faults);
        }
    }

    private static void Relations(FleetOptions fleet, List<string> faults)
    {
        if (fleet.LeaseDuration < fleet.RenewInterval * 3)
        {
            faults.Add($"Graceful:Fleet:LeaseDuration = {fleet.LeaseDuration} must be at least 3 × RenewInterval (3 × {fleet.RenewInterval} = {fleet.RenewInterval * 3}), or one late renewal ends it");
        }

        if (fleet.FenceAfter <= fleet.LeaseDuration)
        {
            faults.Add($"Graceful:Fleet:FenceAfter = {fleet.FenceAfter} must be longer than LeaseDuration ({fleet.LeaseDuration})");
        }

        var least = fleet.FenceAfter + fleet.MaxOperation + Margin;
        if (fleet.ExclusionWait < least)
        {
            faults.Add(
                $"Graceful:Fleet:ExclusionWait = {fleet.ExclusionWait} must be at least FenceAfter + MaxOperation + 10 s " +
                $"({fleet.FenceAfter} + {fleet.MaxOperation} + {Margin} = {least}), or a level could change under an instance that still writes the old one");
        }
    }

    private static void Positive(List<string> faults, string key, TimeSpan value, TimeSpan? longest = null)
    {
        if (value <= TimeSpan.Zero || value > (longest ?? Longest))
        {
            faults.Add($"Graceful:{key} = {value} must be longer than 0 and at most {Days(longest ?? Longest)}");
        }
    }

    private static void NotNegative(List<string> faults, string key, TimeSpan value, TimeSpan longest)
    {
        if (value < TimeSpan.Zero || value > longest)
        {
            faults.Add($"Graceful:{key} = {value} must not be negative and be at most {Days(longest)}");
        }
    }

    private static string Days(TimeSpan time) => time == Longest ? "1 day" : $"{time.TotalDays:0} days";
}
