namespace Graceful.RollingUpdate.Tests.Fleet;

/// <summary>
/// Holds what was written, and what members told, against the promises. Each operation that a member was let into is proof that it served at that moment; what existed then, it must be able to read.
/// </summary>
internal static class FleetRecords
{
    public static void AssertSafe(IReadOnlyList<FleetRecord> records, IReadOnlyList<FleetMemberProcess> members)
    {
        Assert.NotEmpty(records);
        var byId = members.Where(m => m.Id is not null).ToDictionary(m => m.Id!, StringComparer.Ordinal);
        var counted = WithoutFrozen(records, byId);
        WrittenInTheOwnRange(counted, byId);
        WrittenInTheWindow(counted);
        ReadableToWhoeverServed(counted, byId);
        OneStateToAnEpoch(members);
    }

    /// <summary>
    /// What was under way in a process when it was frozen may arrive late. That is the known limit (an operation longer than MaxOperation); each of these has at most one under way.
    /// </summary>
    private static List<FleetRecord> WithoutFrozen(IReadOnlyList<FleetRecord> records, Dictionary<string, FleetMemberProcess> members)
    {
        var late = records.Where(r => members[r.Member].FrozenAt is { } frozen && r.Entered < frozen && r.At > frozen).ToList();
        Assert.All(late.GroupBy(r => r.Member), l => Assert.Single(l));
        return [.. records.Except(late)];
    }

    /// <summary>S1: who serves can read and write the level that is written.</summary>
    private static void WrittenInTheOwnRange(List<FleetRecord> records, Dictionary<string, FleetMemberProcess> members) =>
        Assert.All(records, r => Assert.True(members[r.Member].Supports(r.Level), $"{r} is outside of what its writer supports."));

    /// <summary>S3: at the moment of writing, the level lies in the fleet's window. Known where the data lies beside the fleet.</summary>
    private static void WrittenInTheWindow(List<FleetRecord> records) =>
        Assert.All(records, r => Assert.True(r.Window is not var (low, high) || (r.Level >= low && r.Level <= high), $"{r} is outside of the fleet's window."));

    /// <summary>S2: whoever serves can read all that exists.</summary>
    private static void ReadableToWhoeverServed(List<FleetRecord> records, Dictionary<string, FleetMemberProcess> members)
    {
        var retention = (long)FleetRun.Retention.TotalMicroseconds;
        var written = records.GroupBy(r => r.Level).ToDictionary(g => g.Key, g => g.Select(r => r.At).Order().ToArray());
        foreach (var proof in records)
        {
            var member = members[proof.Member];
            foreach (var (level, times) in written.Where(w => !member.Supports(w.Key)))
            {
                var index = Array.BinarySearch(times, proof.Entered);
                var last = index >= 0 ? index : ~index - 1;
                Assert.True(
                    last < 0 || times[last] < proof.Entered - retention,
                    $"{member.Id} [{member.Min},{member.Max}] served at {proof.Entered}, when a record of level {level}, written at {(last < 0 ? 0 : times[last])}, still existed.");
            }
        }
    }

    /// <summary>S8: an epoch names one state, for everybody and for ever, and goes only forward.</summary>
    private static void OneStateToAnEpoch(IReadOnlyList<FleetMemberProcess> members)
    {
        var all = members.Select(m => m.Levels).ToList();
        Assert.All(all.SelectMany(l => l).GroupBy(l => l.Epoch), e => Assert.Single(e.Distinct()));
        Assert.All(all, l => Assert.Equal(l.Select(k => k.Epoch).Order(), l.Select(k => k.Epoch)));
    }
}
