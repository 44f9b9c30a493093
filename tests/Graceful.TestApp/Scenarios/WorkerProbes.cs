namespace Graceful.TestApp.Scenarios;

/// <summary>A worker with probes on an HTTP listener of their own.</summary>
internal static class WorkerProbes
{
    public static Task RunAsync()
    {
        var builder = ScenarioHost.CreateWorker();
        builder.AddGraceful();
        builder.Services.AddHostedService<Taker>();
        return ScenarioHost.RunAsync(builder.Build());
    }
}
