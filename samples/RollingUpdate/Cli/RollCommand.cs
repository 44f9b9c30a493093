using System.CommandLine;
using Spectre.Console;

namespace Graceful.RollingUpdate;

/// <summary>The main job: roll once (with --compare: twice), print the verdict, write the report.</summary>
internal static class RollCommand
{
    public static RootCommand Create()
    {
        var command = new RootCommand(
            """
            Starts a fleet of real Shop processes, loads it, replaces it one instance at a time with version 2, and says what was lost.
            The instances agree on which format of an order may be written; --scenario incompatible and rollback show what that is good for.

            Exit codes: 0 nothing was lost, and the scenario went as it should; 1 something was, or it did not; 2 with --compare the plain side lost nothing, which proves nothing;
            3 the roll could not be carried out; 130 interrupted. Variables named Graceful__... reach the instances.
            """);
        var options = new RollOptions(command);
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(
            (console, plainLines) => RollAsync(parsed, options, console, plainLines, cancellationToken)));
        command.Subcommands.Add(SeriesCommand.Create());
        return command;
    }

    private static async Task<int> RollAsync(
        ParseResult parsed, RollOptions options, IAnsiConsole console, bool plainLines, CancellationToken cancellationToken)
    {
        var settings = options.Settings(parsed);
        var binaries = ShopBinaries.Locate(parsed.GetValue(options.V1), parsed.GetValue(options.V2), parsed.GetValue(options.V3));
        var run = new RollRun(settings, binaries, plainLines ? new PlainView(console.Profile.Out.Writer) : new LiveView(console));

        var plain = parsed.GetValue(options.Compare) ? await run.RunAsync(graceful: false, cancellationToken) : null;
        var graceful = await run.RunAsync(graceful: true, cancellationToken);

        var printer = new VerdictPrinter(console, plainLines);
        printer.Print(graceful, plain);
        var report = await ReportWriter.WriteAsync(parsed.GetValue(options.Report), graceful, plain);
        printer.Line($"Report: {report}");
        return ExitCodes.Of(graceful, plain);
    }
}
