using System.CommandLine;

namespace Graceful.Benchmarks;

internal static class StartupCommand
{
    public static Command Create()
    {
        var pairs = CommonOptions.Count("--pairs", 30, "Starts of each variant");
        var preliminary = CommonOptions.Preliminary();
        var app = new Option<FileInfo>("--app") { Description = "The executable of a published build of this project to measure, instead of this one." };
        app.AcceptExistingOnly();
        var command = new Command("startup", "Time from process creation to the first 200 of the main endpoint, paired starts.") { pairs, app, preliminary };
        command.SetAction(parsed => Run(
            parsed.GetValue(pairs), parsed.GetValue(app) is { } file ? new AppBuild(file.FullName) : AppBuild.Own, parsed.GetValue(preliminary)));
        return command;
    }

    private static int Run(int pairs, AppBuild build, bool preliminary)
    {
        var starts = new StartupSeries(build);
        for (var i = 0; i < pairs; i++)
        {
            starts.RunRound();
            Console.Write('.');
        }

        Console.WriteLine();
        return StartupReport.Write(starts, pairs, preliminary);
    }
}
