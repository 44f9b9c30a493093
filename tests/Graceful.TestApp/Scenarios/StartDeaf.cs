namespace Graceful.TestApp.Scenarios;

/// <summary>A hosted service whose start takes a second and does not look at its token.</summary>
internal static class StartDeaf
{
    public static Task RunAsync()
    {
        var builder = ScenarioHost.CreateWeb();
        builder.Services.AddHostedService<Deaf>();
        builder.AddGraceful();
        return ScenarioHost.RunAsync(builder.Build());
    }

    private sealed class Deaf : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            Events.Say("start-begun");
            await Task.Delay(1000, CancellationToken.None);
            Events.Say("start-ended");
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            Events.Say("service-stopped");
            return Task.CompletedTask;
        }
    }
}
