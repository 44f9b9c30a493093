using Graceful.TestApp;

ParentWatch.Start();
if (args is not [var name, ..] || !ScenarioTable.All.TryGetValue(name, out var run))
{
    Console.Error.WriteLine($"Usage: Graceful.TestApp <scenario>, one of {string.Join(", ", ScenarioTable.All.Keys)}");
    return 64;
}

Events.Say($"pid {Environment.ProcessId}");
await run();
Events.Say("exit");
return 0;
