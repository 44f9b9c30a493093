namespace Graceful.RollingUpdate;

/// <summary>Everything one side of a run has shown. Written as JSON, drawn as HTML, judged by <see cref="Faults"/>.</summary>
internal sealed record RollResult
{
    /// <summary>With the library, or the same Shop with it switched off.</summary>
    public required bool Graceful { get; init; }

    public required string Scenario { get; init; }

    /// <summary>From which version to which.</summary>
    public required string Way { get; init; }

    /// <summary>Who had to serve alone at the end.</summary>
    public required ShopVersion Last { get; init; }

    public required string Gateway { get; init; }

    public required string GatewayVersion { get; init; }

    public required int Instances { get; init; }

    public required int Rate { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Seconds of load.</summary>
    public required double LoadSeconds { get; init; }

    public required RollTimes Roll { get; init; }

    public required LedgerSnapshot Count { get; init; }

    public required Latencies LatencySteady { get; init; }

    public required Latencies LatencyDuringRoll { get; init; }

    public required IReadOnlyList<InstanceResult> Fleet { get; init; }

    /// <summary>Only v1 answered before the roll.</summary>
    public required bool OldServedBefore { get; init; }

    /// <summary>Only the last version answered after the roll.</summary>
    public required bool LastServedAfter { get; init; }

    /// <summary>What the fleet agreed on; null without the library.</summary>
    public HandshakeResult? Handshake { get; init; }

    public int LateArrivals => Fleet.Sum(i => i.Drain?.LateArrivals ?? 0);

    /// <summary>Requests the ledger cannot explain. Anything but 0 is a fault of the clients.</summary>
    public int Unaccounted => Count.Sent - Count.Answered - Count.Lost;

    /// <summary>What clients noticed of the roll.</summary>
    public bool LostNothing => Count.IsClean;

    /// <summary>Why this was not a perfect roll; empty when it was.</summary>
    public IReadOnlyList<string> Faults
    {
        get
        {
            var faults = new List<string>();
            Add(Count.Lost > 0, $"requests lost: {Count.Lost}");
            Add(Count.StreamsCut > 0, $"streams cut: {Count.StreamsCut}");
            Add(Count.EventsMissed > 0, $"events missed: {Count.EventsMissed}");
            Add(Count.Carts.Lost > 0, $"additions to carts lost: {Count.Carts.Lost}");
            Add(Count.Carts.Extra > 0, $"in carts more than was put in: {Count.Carts.Extra}");
            Add(Count.Carts.LoggedOut > 0, $"shoppers logged out: {Count.Carts.LoggedOut}");
            Add(Unaccounted != 0, $"requests unaccounted for: {Unaccounted}");
            Add(!OldServedBefore, "version 1 did not serve alone before the roll");
            Add(!LastServedAfter, $"version {Last.Number()} did not serve alone after the roll");
            faults.AddRange(HandshakeFaults.Of(this));
            foreach (var old in Fleet.Where(i => i.IsReplaced))
            {
                Add(old.ExitCode != 0, $"{old.Name} exited with {old.ExitCode?.ToString() ?? "nothing"}");
                Add(Graceful && old.Drain is null, $"{old.Name} printed no drain report");
            }

            return faults;

            void Add(bool fault, string text)
            {
                if (fault)
                {
                    faults.Add(text);
                }
            }
        }
    }
}

/// <summary>One instance, from its start to its end.</summary>
internal sealed record InstanceResult(
    string Name, ShopVersion Version, bool IsReplaced, int? ExitCode, int Answered, IReadOnlyList<PhaseSpan> Phases, DrainSummary? Drain);

/// <summary>Milliseconds of <c>GET /api/version</c>, at its median and for the slowest in a hundred.</summary>
internal sealed record Latencies(int Count, double P50, double P99)
{
    public static Latencies Of(IEnumerable<LatencySample> samples)
    {
        var sorted = samples.Select(s => (double)s.Milliseconds).Order().ToArray();
        return sorted.Length == 0
            ? new Latencies(0, 0, 0)
            : new Latencies(sorted.Length, At(0.5), At(0.99));

        double At(double quantile) => Math.Round(sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * quantile))], 2);
    }
}
