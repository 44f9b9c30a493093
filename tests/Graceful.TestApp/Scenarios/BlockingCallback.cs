namespace Graceful.TestApp.Scenarios;

/// <summary>Old code that does its clean-up in a blocking <c>ApplicationStopping</c> callback.</summary>
internal static class BlockingCallback
{
    public static Task RunAsync()
    {
        var builder = ScenarioHost.CreateWeb();
        builder.Services.AddHostedService<Flush>();
        builder.AddGraceful();
        var app = builder.Build();
        app.MapRequests();
        app.Lifetime.ApplicationStopping.Register(() =>
        {
            Events.Say("callback-begun");
            Thread.Sleep(1000);
            Events.Say("callback-ended");
        });
        return ScenarioHost.RunAsync(app);
    }
}
