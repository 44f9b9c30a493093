namespace Graceful.TestApp.Scenarios;

/// <summary>A hosted service that waits for something in its start, with the token it was given.</summary>
internal static class StartWaits
{
    public static Task RunAsync()
    {
        var builder = ScenarioHost.CreateWeb();
        builder.Services.AddHostedService<Waiting>();
        builder.AddGraceful();
        return ScenarioHost.RunAsync(builder.Build());
    }

    private sealed class Waiting : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            Events.Say("start-begun");
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                Events.Say("start-cancelled");
            }
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
