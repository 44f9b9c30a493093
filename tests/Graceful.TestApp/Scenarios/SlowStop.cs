namespace Graceful.TestApp.Scenarios;

/// <summary>A hosted service that takes its time to stop, long after the web server is gone.</summary>
internal static class SlowStop
{
    public static Task RunAsync()
    {
        var builder = ScenarioHost.CreateWeb();
        builder.Services.AddHostedService<Slow>();
        builder.AddGraceful();
        var app = builder.Build();
        app.MapRequests();
        return ScenarioHost.RunAsync(app);
    }

    private sealed class Slow : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            Events.Say("slow-stop-begun");
            await Task.Delay(2000, CancellationToken.None);
            Events.Say("slow-stop-ended");
        }
    }
}
