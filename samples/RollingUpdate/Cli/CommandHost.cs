using Spectre.Console;

namespace Graceful.RollingUpdate;

/// <summary>What every command has in common: the console, and what a failure looks like.</summary>
internal static class CommandHost
{
    public static async Task<int> RunAsync(Func<IAnsiConsole, bool, Task<int>> command)
    {
        var plainLines = Console.IsOutputRedirected;
        try
        {
            return await command(AnsiConsole.Console, plainLines);
        }
        catch (RollFailedException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCodes.CouldNotRun;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Interrupted: everything that was started has been ended.");
            return ExitCodes.Interrupted;
        }
    }
}
