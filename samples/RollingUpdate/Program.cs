using System.CommandLine;
using Graceful.RollingUpdate;

var parsed = RollCommand.Create().Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
    {
        await Console.Error.WriteLineAsync(error.Message);
    }

    await Console.Error.WriteLineAsync("Use --help for what is understood.");
    return ExitCodes.CouldNotRun;
}

// Time enough to end every process on Ctrl+C.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(15) });
