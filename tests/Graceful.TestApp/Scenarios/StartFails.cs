namespace Graceful.TestApp.Scenarios;

/// <summary>A start that fails by itself: nobody asked the process to leave, so it must not look as if.</summary>
internal static class StartFails
{
    public static Task RunAsync()
    {
        var builder = ScenarioHost.CreateWeb();
        builder.Services.AddHostedService<Failing>();
        builder.AddGraceful();
        return ScenarioHost.RunAsync(builder.Build());
    }

    private sealed class Failing : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => throw new OperationCanceledException("the database gave up");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
