namespace Graceful.RollingUpdate;

/// <summary>The instances' times for a run of a minute on one machine, as environment variables; those that are set already win. The rules among the fleet's are the same as in production, where each is longer.</summary>
internal static class RunTimes
{
    private static readonly Dictionary<string, string> Times = new()
    {
        ["Graceful__Fleet__RenewInterval"] = "00:00:01",
        ["Graceful__Fleet__LeaseDuration"] = "00:00:05",
        ["Graceful__Fleet__FenceAfter"] = "00:00:08",
        ["Graceful__Fleet__MaxOperation"] = "00:00:02",
        ["Graceful__Fleet__ExclusionWait"] = "00:00:20",

        // The fleet of this run has no past that anybody could remember.
        ["Graceful__Fleet__FormingWait"] = "00:00:00",

        // Whoever makes the load, all instances and the store share one machine, perhaps a small one: an answer may be late there, and nothing is gone.
        ["Graceful__Session__Timeout"] = "00:00:01",

        // As soon as all instances are of the new version, it may begin to raise the level.
        ["Graceful__Compatibility__Bake"] = "00:00:03",
    };

    public static IEnumerable<KeyValuePair<string, string?>> Variables =>
        Times.Select(t => KeyValuePair.Create(t.Key, (string?)(Environment.GetEnvironmentVariable(t.Key) ?? t.Value)));
}
