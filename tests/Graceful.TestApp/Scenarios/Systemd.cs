namespace Graceful.TestApp.Scenarios;

/// <summary>A service of systemd that needs to warm up: POST /warm ends that.</summary>
internal static class Systemd
{
    public static Task RunAsync()
    {
        var builder = ScenarioHost.CreateWeb();
        builder.Services.AddSystemd();
        builder.AddGraceful().AddWarmUpTask<Gate>();
        builder.Services.AddSingleton<Warmth>();
        var app = builder.Build();
        app.MapRequests();
        app.MapPost("/warm", (Warmth warmth) => warmth.Reached.TrySetResult());
        return ScenarioHost.RunAsync(app);
    }

    private sealed class Warmth
    {
        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Gate(Warmth warmth) : IWarmUpTask
    {
        public string Name => "gate";

        public Task WarmUpAsync(CancellationToken cancellationToken)
        {
            Events.Say("warm-up-begun");
            return warmth.Reached.Task.WaitAsync(cancellationToken);
        }
    }
}
