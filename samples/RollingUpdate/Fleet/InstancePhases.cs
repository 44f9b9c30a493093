namespace Graceful.RollingUpdate;

/// <summary>The phases as the report draws them.</summary>
internal static class InstancePhases
{
    public const string Starting = "starting";
    public const string Ready = "ready";

    /// <summary>The fleet does not let it in: it waits, and does not serve.</summary>
    public const string Refused = "refused";

    /// <summary>Between SIGTERM and exit, when the instance says nothing of its own.</summary>
    public const string Terminating = "terminating";
    public const string LameDuck = "lame duck";
    public const string Draining = "draining";
    public const string Flushing = "flushing";
    public const string Exited = "exited";

    /// <summary>The name of a phase as the instance itself gives it.</summary>
    public static string? Named(string? ownName) => ownName switch
    {
        "LameDuck" => LameDuck,
        null => null,
        _ => ownName.ToLowerInvariant(),
    };

    /// <summary>Lays the durations of a drain report out from the signal on; the rest, up to the exit, is the host's own stop.</summary>
    public static IEnumerable<PhaseSpan> FromReport(double signal, DrainSummary drain, double exit)
    {
        var at = signal;
        foreach (var (phase, seconds) in new[] { (LameDuck, drain.LameDuck), (Draining, drain.Draining), (Flushing, drain.Flushing) })
        {
            yield return new PhaseSpan(phase, at, Math.Min(at + seconds, exit));
            at = Math.Min(at + seconds, exit);
        }

        yield return new PhaseSpan(Terminating, at, exit);
    }
}
