namespace Graceful.TestApp.Scenarios;

/// <summary>A program that runs its host by hand and stops it by hand.</summary>
internal static class HostStop
{
    public static async Task RunAsync()
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = ScenarioHost.CreateWeb();
        builder.Services.AddHostedService<Flush>();
        builder.AddGraceful();
        await using var app = builder.Build();
        app.MapRequests();
        app.MapPost("/stop", () => stop.TrySetResult());
        ScenarioHost.Watch(app);
        await app.StartAsync();
        await stop.Task;
        await app.StopAsync();
        Events.Say("stop-returned");
    }
}
