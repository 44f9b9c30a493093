using System.Globalization;
using System.Net;
using System.Text;

namespace Graceful.RollingUpdate;

/// <summary>The report as one page that needs nothing else: no script, no font, no picture from anywhere.</summary>
internal static class HtmlReport
{
    public static string Render(IReadOnlyList<RollResult> sides, string sentence, int exitCode)
    {
        var first = sides[0];
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Rolling update, {first.StartedAt:yyyy-MM-dd HH:mm}</title>
            <style>
            {Style()}</style>
            </head>
            <body>
            <main>
            <h1>Rolling update</h1>
            <p class="sub">{first.StartedAt:yyyy-MM-dd HH:mm} · {first.Instances} instances, {E(first.Way)} · {E(first.Gateway)} · {first.Rate} requests/s</p>
            <div class="verdict {(exitCode == ExitCodes.NothingLost ? "good" : "bad")}">{E(sentence)}</div>

            """);
        if (sides.Count > 1)
        {
            page.Append("<h2>Side by side</h2>\n<div class=\"card\">").Append(Comparison(sides)).Append("</div>\n");
        }

        foreach (var side in sides.Reverse())
        {
            Side(page, side, alone: sides.Count == 1);
        }

        page.Append("""
            <footer>Every request counts as lost that did not get its complete, correct answer in time, at the first try: clients repeat nothing.
            A stream counts as cut when it ended without the end its protocol provides. An addition to a cart counts as lost when it was acknowledged, was not in the cart at a later look, and
            still was not a second after. The same numbers are in report.json.</footer>
            </main>
            </body>
            </html>

            """);
        return page.ToString();
    }

    private static void Side(StringBuilder page, RollResult side, bool alone)
    {
        page.Append(CultureInfo.InvariantCulture, $"""
            <h2>{(side.Graceful ? "With Graceful" : "The same Shop, Graceful switched off")}</h2>
            <div class="tiles">
            {Tile(side.Count.Sent, "requests sent", isCount: false)}
            {Tile(side.Count.Lost, "lost", isCount: true)}
            {Tile(side.Count.StreamsCut, "streams cut", isCount: true)}
            {Tile(side.Count.EventsMissed, "events missed", isCount: true)}
            {Tile(side.Count.Carts.Checked, "carts checked", isCount: false)}
            {Tile(side.Count.Carts.Lost, "additions to carts lost", isCount: true)}
            <div class="tile"><b>{side.Roll.Seconds:0.0} s</b><span>the whole roll</span></div>
            </div>
            <div class="card">
            {TimelineSvg.Render(side)}
            {TimelineSvg.Legend()}
            </div>

            """);
        if (alone)
        {
            page.Append("<h3>Numbers</h3>\n<div class=\"card\">").Append(Comparison([side])).Append("</div>\n");
        }

        Handshake(page, side);
        Reports(page, side);
        Losses(page, side);
    }

    private static void Handshake(StringBuilder page, RollResult side)
    {
        if (side.Handshake is not { } handshake)
        {
            return;
        }

        page.Append(CultureInfo.InvariantCulture, $"<h3>Handshake</h3>\n<div class=\"card\"><p class=\"sub\">Kept in {E(handshake.Store)}. Orders written: {E(Verdict.Describe(handshake.OrdersByLevel))}.</p>\n");
        page.Append("<table><tr><th>at</th><th>level written</th><th>may exist</th><th>the fleet waits for</th></tr>\n");
        foreach (var change in handshake.Levels)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{change.At:0.0} s</td><td>{change.Active}</td><td>{change.Low} to {change.High}</td><td>{E(change.Mode)}</td></tr>\n");
        }

        page.Append("</table>\n");
        foreach (var refusal in handshake.Refusals)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p><b class=\"some\">{E(refusal.Instance)} ({refusal.Version.Text()}) was refused</b> at {refusal.At:0.0} s: {E(refusal.Reason)}</p>\n");
        }

        page.Append("</div>\n");
    }

    private static string Comparison(IReadOnlyList<RollResult> sides)
    {
        var rows = new Verdict(sides).Rows().Select(row =>
            $"<tr><td>{E(row.Name.Replace("  ", "\u2003", StringComparison.Ordinal))}</td>{string.Concat(row.Values.Select(v => $"<td>{E(v)}</td>"))}</tr>\n");
        return $"<table><tr><th></th>{string.Concat(sides.Select(s => $"<th>{E(Verdict.TitleOf(s))}</th>"))}</tr>\n{string.Concat(rows)}</table>";
    }

    private static void Reports(StringBuilder page, RollResult side)
    {
        var reports = side.Fleet.Where(i => i.Drain is not null).ToList();
        if (reports.Count == 0)
        {
            return;
        }

        page.Append("<h3>Drain reports</h3>\n<div class=\"card\"><table><tr><th>instance</th><th>outcome</th><th>lame duck</th><th>draining</th>"
            + "<th>flushing</th><th>served after SIGTERM</th><th>aborted</th><th>exit</th></tr>\n");
        foreach (var instance in reports)
        {
            var drain = instance.Drain!;
            page.Append(CultureInfo.InvariantCulture, $"""
                <tr><td>{E(instance.Name)}</td><td class="{(drain.Clean ? "zero" : "some")}">{(drain.Clean ? "clean" : "lossy")}</td><td>{drain.LameDuck:0.0} s</td><td>{drain.Draining:0.00} s</td><td>{drain.Flushing:0.000} s</td><td>{drain.LateArrivals}</td><td>{drain.Aborted}</td><td>{instance.ExitCode}</td></tr>
                <tr><td></td><td colspan="7" class="wrap"><code>{E(drain.Line)}</code></td></tr>

                """);
        }

        page.Append("</table></div>\n");
    }

    private static void Losses(StringBuilder page, RollResult side)
    {
        if (side.Count.Causes.Count == 0)
        {
            return;
        }

        page.Append("<h3>What was lost</h3>\n<div class=\"card\"><table><tr><th>how often</th><th>what</th></tr>\n");
        foreach (var (cause, count) in side.Count.Causes.OrderByDescending(c => c.Value))
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"some\">{count:N0}</td><td>{E(cause)}</td></tr>\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"</table>\n<h3>The first of them</h3>\n<table><tr><th>at</th><th>client</th><th>what</th><th>how</th></tr>\n");
        foreach (var sample in side.Count.Samples)
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td>{sample.At:0.00} s</td><td>{E(Verdict.Name(sample.Traffic))}</td><td class=\"wrap\">{E(sample.What)}</td><td class=\"wrap\">{E(sample.Cause)}<br><code>{E(sample.Detail)}</code></td></tr>\n");
        }

        page.Append("</table></div>\n");
    }

    private static string Tile(int value, string name, bool isCount) => string.Create(
        CultureInfo.InvariantCulture,
        $"<div class=\"tile\"><b{(isCount ? value == 0 ? " class=\"zero\"" : " class=\"some\"" : "")}>{value:N0}</b><span>{name}</span></div>");

    private static string Style()
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string E(string text) => WebUtility.HtmlEncode(text);
}
