using System.CommandLine;
using Spectre.Console;

namespace Graceful.RollingUpdate;

/// <summary>
/// Many rolls in every setting, one line of JSON each, appended to a file. What the file already holds is not repeated, so that a series can be
/// interrupted and taken up again.
/// </summary>
internal static class SeriesCommand
{
    public static Command Create()
    {
        var rolls = new Option<int>("--rolls") { Description = "Rolls in each setting.", HelpName = "n", DefaultValueFactory = _ => 20 };
        var only = new Option<string[]>("--only")
        {
            Description = $"Only these settings: {string.Join(", ", SeriesSetting.All.Select(s => s.Name))}.",
            HelpName = "settings",
            AllowMultipleArgumentsPerToken = true,
        };
        only.AcceptOnlyFromAmong([.. SeriesSetting.All.Select(s => s.Name)]);
        var file = new Option<FileInfo>("--file")
        {
            Description = "Where the lines go.",
            HelpName = "path",
            DefaultValueFactory = _ => new FileInfo(Path.Combine("benchmarks", "results", "rolls.jsonl")),
        };
        var plain = new Option<bool>("--plain") { Description = "Roll the same Shop with the library switched off; counted apart." };
        var summaryOnly = new Option<bool>("--summary") { Description = "Only print the table of what the file holds." };
        var command = new Command("series", "Rolls again and again in every setting and keeps the results; resumable.")
        {
            rolls, only, file, plain, summaryOnly,
        };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(async (console, plainLines) =>
        {
            var names = parsed.GetValue(only) ?? [];
            var settings = SeriesSetting.All.Where(s => names.Length == 0 || names.Contains(s.Name)).ToList();
            var results = new SeriesFile(parsed.GetValue(file)!.FullName);
            var series = new Series(settings, results, !parsed.GetValue(plain), parsed.GetValue(rolls));
            if (!parsed.GetValue(summaryOnly))
            {
                await series.RunAsync(plainLines ? new PlainView(console.Profile.Out.Writer) : new LiveView(console), cancellationToken);
            }

            var summary = results.Summary();
            SeriesPrinter.Print(summary, new VerdictPrinter(console, plainLines));
            return summary.Where(s => s.Graceful).All(s => s.IsClean) ? ExitCodes.NothingLost : ExitCodes.Lost;
        }));
        return command;
    }
}
