namespace Graceful.TestApp.Scenarios;

/// <summary>No web server: items taken one after the other, each tracked, and a readiness file by configuration.</summary>
internal static class Worker
{
    public static Task RunAsync()
    {
        var builder = ScenarioHost.CreateWorker();

        // The core alone, as a worker does that does not reference Graceful.AspNetCore.
        ((IHostApplicationBuilder)builder).AddGraceful();
        builder.Services.AddHostedService<Taker>();
        return ScenarioHost.RunAsync(builder.Build());
    }
}
