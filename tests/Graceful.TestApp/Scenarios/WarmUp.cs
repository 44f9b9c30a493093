namespace Graceful.TestApp.Scenarios;

/// <summary>Two warm-up tasks that never end: one listens to its token, one does not.</summary>
internal static class WarmUp
{
    public static Task RunAsync()
    {
        var builder = ScenarioHost.CreateWeb();
        builder.AddGraceful().AddWarmUpTask<Listening>().AddWarmUpTask<Deaf>();
        var app = builder.Build();
        app.MapRequests();
        return ScenarioHost.RunAsync(app);
    }

    private sealed class Listening : IWarmUpTask
    {
        public string Name => "listening";

        public async Task WarmUpAsync(CancellationToken cancellationToken)
        {
            Events.Say("warm-up-begun");
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                Events.Say("warm-up-cancelled");
            }
        }
    }

    private sealed class Deaf : IWarmUpTask
    {
        public string Name => "deaf";

        public Task WarmUpAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, CancellationToken.None);
    }
}
