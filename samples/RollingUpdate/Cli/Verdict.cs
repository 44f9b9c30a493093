using System.Globalization;

namespace Graceful.RollingUpdate;

/// <summary>The end of a run in words and numbers; how it is drawn is the printer's affair.</summary>
internal sealed class Verdict(IReadOnlyList<RollResult> sides)
{
    /// <summary>One line of the table: a name and a value for each side.</summary>
    public IEnumerable<(string Name, IReadOnlyList<string> Values, bool IsBad)> Rows()
    {
        yield return Row("requests sent", s => N(s.Count.Sent));
        yield return Row("requests lost", s => N(s.Count.Lost), s => s.Count.Lost > 0);
        foreach (var traffic in Enum.GetValues<Traffic>().Where(t => sides.Any(s => s.Count.Traffic[(int)t].Sent > 0)))
        {
            yield return Row($"  {Name(traffic)}", s => Describe(s.Count.Traffic[(int)traffic]), s => s.Count.Traffic[(int)traffic].Lost > 0);
        }

        yield return Row("streams cut", s => $"{N(s.Count.StreamsCut)} of {N(s.Count.Traffic.Sum(t => t.StreamsOpened))}", s => s.Count.StreamsCut > 0);
        yield return Row(
            "events missed", s => $"{N(s.Count.EventsMissed)} of {N(s.Count.Traffic.Sum(t => t.Events))}", s => s.Count.EventsMissed > 0);
        if (sides.Any(s => s.Count.Carts.Checked > 0))
        {
            yield return Row("carts checked", s => N(s.Count.Carts.Checked));
            yield return Row("  additions lost", s => N(s.Count.Carts.Lost), s => s.Count.Carts.Lost > 0);
            yield return Row("  stale", s => N(s.Count.Carts.Stale), s => s.Count.Carts.Stale > 0);
            yield return Row("  more than put in", s => N(s.Count.Carts.Extra), s => s.Count.Carts.Extra > 0);
            yield return Row("  logged out", s => N(s.Count.Carts.LoggedOut), s => s.Count.Carts.LoggedOut > 0);
        }

        yield return Row("arrived after SIGTERM, served", s => s.Graceful ? N(s.LateArrivals) : "–");
        if (sides.Any(s => s.Handshake is not null))
        {
            yield return Row($"levels of '{ReadinessProbe.Contract}'", s => s.Handshake?.Path ?? "–");
            yield return Row("orders by level", s => s.Handshake is { } h ? Describe(h.OrdersByLevel) : "–");
            yield return Row("refused by the fleet", s => s.Handshake is { } h ? h.Refusals.Count == 0 ? "nobody" : string.Join(", ", h.Refusals.Select(r => $"{r.Instance} ({r.Version.Text()})")) : "–");
        }

        yield return Row("the whole roll", s => string.Create(CultureInfo.InvariantCulture, $"{s.Roll.Seconds:0.0} s"));
        yield return Row("exit codes of the replaced", s => string.Join(' ', Replaced(s).Select(i => i.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "–")));
        yield return Row("p50 / p99 without a roll", s => Describe(s.LatencySteady));
        yield return Row("p50 / p99 during the roll", s => Describe(s.LatencyDuringRoll));
    }

    public static string TitleOf(RollResult side) => side.Graceful ? "Graceful" : "plain";

    /// <summary>What the fleet agreed on.</summary>
    public static IEnumerable<string> Handshake(RollResult side)
    {
        if (side.Handshake is not { } handshake)
        {
            yield break;
        }

        yield return $"kept in {handshake.Store}";
        foreach (var change in handshake.Levels)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{change.At,6:0.0} s  '{handshake.Contract}': level {change.Active} is written, [{change.Low},{change.High}] may exist ({change.Mode})");
        }

        foreach (var refusal in handshake.Refusals)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{refusal.At,6:0.0} s  {refusal.Instance} ({refusal.Version.Text()}) refused: {refusal.Reason}");
        }
    }

    /// <summary>Orders, by the level at which they were written.</summary>
    public static string Describe(IReadOnlyDictionary<int, int> ordersByLevel) =>
        ordersByLevel.Count == 0 ? "none" : string.Join(", ", ordersByLevel.Select(l => $"{N(l.Value)} at level {l.Key}"));

    public static IEnumerable<string> DrainReports(RollResult side) => Replaced(side).Where(i => i.Drain is not null).Select(i => $"{i.Name}: {Shorten(i.Drain!.Line)}");

    public static IEnumerable<string> Losses(RollResult side)
    {
        foreach (var (cause, count) in side.Count.Causes.OrderByDescending(c => c.Value))
        {
            yield return $"{N(count),6} × {cause}";
        }

        foreach (var sample in side.Count.Samples)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"  {sample.At,6:0.00} s  {Name(sample.Traffic)}, {sample.What}: {sample.Cause} ({sample.Detail})");
        }
    }

    /// <summary>The verdict itself, in one sentence.</summary>
    public static string Sentence(RollResult graceful, RollResult? plain) => ExitCodes.Of(graceful, plain) switch
    {
        ExitCodes.Lost => $"NOT CLEAN: {string.Join("; ", graceful.Faults)}.",
        ExitCodes.ProvedNothing => "The plain side lost nothing either: this run proves nothing. Try a higher --rate or a longer --duration.",
        _ when plain is not null =>
            $"Nothing was lost with Graceful. Without it: {N(plain.Count.Lost)} requests lost, {N(plain.Count.StreamsCut)} streams cut{OfCarts(plain.Count.Carts)}.",
        _ when graceful.Scenario == RollSettings.IncompatibleScenario =>
            $"Version 3 was refused and the roll given up; {graceful.Instances} instances of version 1 serve on. Nothing was lost: {N(graceful.Count.Sent)} requests.",
        _ when graceful.Scenario == RollSettings.RollbackScenario =>
            $"Rolled back in the middle: nothing was lost, {N(graceful.Count.Sent)} requests, and the level of '{ReadinessProbe.Contract}' stayed at {graceful.Handshake?.Path}.",
        _ => $"Nothing was lost: {N(graceful.Count.Sent)} requests, {Looks(graceful.Count.Carts)}{graceful.Instances} instances replaced.",
    };

    public static string Name(Traffic traffic) => traffic switch
    {
        Traffic.Http1 => "HTTP/1.1",
        Traffic.Cart => "shoppers (HTTP/1.1)",
        Traffic.Http2 => "HTTP/2",
        Traffic.EventStream => "event streams",
        Traffic.WebSocket => "WebSockets",
        _ => "SignalR",
    };

    private static string Looks(CartCount carts) => carts.Checked == 0 ? "" : $"{N(carts.Checked)} looks into carts, ";

    private static string OfCarts(CartCount carts) => carts.Checked == 0 ? "" : $", {N(carts.Lost)} additions to carts gone";

    /// <summary>A fleet of streams makes a long list of holders; the report has it in full.</summary>
    private static string Shorten(string line)
    {
        var holders = line.Split("; ");
        return holders.Length <= 3 ? line : $"{string.Join("; ", holders[..3])}; … and {holders.Length - 3} more]";
    }

    private static IEnumerable<InstanceResult> Replaced(RollResult side) => side.Fleet.Where(i => i.IsReplaced);

    private static string Describe(TrafficCount count)
    {
        var streams = count.StreamsOpened == 0 ? "" : $"; {N(count.StreamsEnded)} ended cleanly, {N(count.StreamsCut)} cut";
        return $"{N(count.Lost)} of {N(count.Sent)}{streams}";
    }

    private static string Describe(Latencies latencies) =>
        latencies.Count == 0 ? "–" : string.Create(CultureInfo.InvariantCulture, $"{latencies.P50:0.0} / {latencies.P99:0.0} ms");

    private static string N(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private (string Name, IReadOnlyList<string> Values, bool IsBad) Row(
        string name, Func<RollResult, string> value, Func<RollResult, bool>? isBad = null) =>
        (name, [.. sides.Select(value)], isBad is not null && sides.Any(isBad));
}
