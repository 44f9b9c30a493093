namespace Graceful.TestApp.Scenarios;

/// <summary>A hosted service that takes as much time to stop as it is given.</summary>
internal static class StopWaits
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
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            Events.Say("stop-begun");
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Events.Say("stop-cut");
        }
    }
}
