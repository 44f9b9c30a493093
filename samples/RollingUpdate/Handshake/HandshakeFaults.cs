namespace Graceful.RollingUpdate;

/// <summary>What the handshake should have done in a run, and did not.</summary>
internal static class HandshakeFaults
{
    private const int Kept = 503;
    private const int Alive = 200;

    public static IEnumerable<string> Of(RollResult run)
    {
        if (run.Handshake is not { } handshake)
        {
            yield break;
        }

        if (handshake.Levels.Count == 0)
        {
            yield return "no instance ever told a level";
            yield break;
        }

        // As long as an instance of version 1 runs, or may come back, nothing may be written that it cannot read.
        if (handshake.RoseAt is { } rose && (run.Last == ShopVersion.V1 || rose < run.Roll.Ended))
        {
            yield return $"the level rose while version 1 was needed ({handshake.Path})";
        }

        if (run.Last == ShopVersion.V1 && handshake.OrdersByLevel.Keys.Any(level => level != 1))
        {
            yield return $"orders were written that version 1 cannot read ({Verdict.Describe(handshake.OrdersByLevel)})";
        }

        if (handshake.OrdersByLevel.Count == 0 || handshake.OrdersByLevel.ContainsKey(-1))
        {
            yield return "the journals hold no orders, or lines that are none";
        }

        foreach (var fault in run.Scenario == RollSettings.IncompatibleScenario ? OfRefusal(run, handshake) : OfMembers(run, handshake))
        {
            yield return fault;
        }
    }

    private static IEnumerable<string> OfRefusal(RollResult run, HandshakeResult handshake)
    {
        if (handshake.Refusals.FirstOrDefault(r => r.Version == ShopVersion.V3) is not { } refusal)
        {
            yield return "version 3 was not refused";
            yield break;
        }

        if (refusal.MainStatus != Kept || refusal.LivenessStatus != Alive)
        {
            yield return $"{refusal.Instance} answered {refusal.MainStatus} on its main port and {refusal.LivenessStatus} to the liveness probe, not {Kept} and {Alive}";
        }

        if (run.Fleet.Where(i => i.Version == ShopVersion.V3).Sum(i => i.Answered) is > 0 and var answered)
        {
            yield return $"version 3 answered {answered} requests";
        }

        if (handshake.Refusals.Count > 1)
        {
            yield return $"others were refused as well: {string.Join(", ", handshake.Refusals.Select(r => r.Instance))}";
        }
    }

    private static IEnumerable<string> OfMembers(RollResult run, HandshakeResult handshake)
    {
        foreach (var refusal in handshake.Refusals)
        {
            yield return $"{refusal.Instance} was refused: {refusal.Reason}";
        }

        if (run.Scenario == RollSettings.RollbackScenario && run.Fleet.Where(i => i.Version == ShopVersion.V2).Sum(i => i.Answered) == 0)
        {
            yield return "version 2 never answered, so that nothing was rolled back";
        }
    }
}
