using Spectre.Console;

namespace Graceful.RollingUpdate;

/// <summary>Prints a verdict: with colours and a frame on a terminal, as plain lines elsewhere.</summary>
internal sealed class VerdictPrinter(IAnsiConsole console, bool plainLines)
{
    public void Print(RollResult graceful, RollResult? plain)
    {
        var sides = plain is null ? new[] { graceful } : [plain, graceful];
        Table(new Verdict(sides), [.. sides.Select(Verdict.TitleOf)]);
        foreach (var side in sides)
        {
            List($"Handshake ({Verdict.TitleOf(side)})", Verdict.Handshake(side));
            List($"Drain reports ({Verdict.TitleOf(side)})", Verdict.DrainReports(side));
            List($"What was lost ({Verdict.TitleOf(side)})", Verdict.Losses(side));
        }

        var good = ExitCodes.Of(graceful, plain) == ExitCodes.NothingLost;
        Line("");
        Line(Verdict.Sentence(graceful, plain), good ? "green bold" : "red bold");
    }

    public void Line(string text, string style = "default")
    {
        if (plainLines)
        {
            console.Profile.Out.Writer.WriteLine(text);
        }
        else
        {
            console.MarkupLine($"[{style}]{Markup.Escape(text)}[/]");
        }
    }

    private void List(string title, IEnumerable<string> lines)
    {
        var all = lines.ToList();
        if (all.Count > 0)
        {
            Line("");
            Line(title, "bold");
            all.ForEach(l => Line($"  {l}"));
        }
    }

    private void Table(Verdict verdict, string[] titles)
    {
        Line("");
        if (plainLines)
        {
            var rows = verdict.Rows().Select(r => (r.Name, r.Values)).Prepend(("", titles)).ToList();
            var widths = titles.Select((_, i) => rows.Max(r => r.Item2[i].Length)).ToArray();
            foreach (var (name, values) in rows)
            {
                Line($"{name,-30}{string.Join("   ", values.Select((v, i) => v.PadRight(widths[i])))}".TrimEnd());
            }

            return;
        }

        var table = new Table().RoundedBorder().AddColumn("");
        table.AddColumns(titles);
        foreach (var (name, values, isBad) in verdict.Rows())
        {
            var style = isBad ? new Style(Color.Red) : Style.Plain;
            table.AddRow([new Text(name), .. values.Select(v => new Text(v, v.StartsWith("0 ", StringComparison.Ordinal) || v == "0" ? Style.Plain : style))]);
        }

        console.Write(table);
    }
}
