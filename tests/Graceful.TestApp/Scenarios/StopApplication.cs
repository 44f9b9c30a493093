namespace Graceful.TestApp.Scenarios;

/// <summary>An application that ends itself, and says so more than once.</summary>
internal static class StopApplication
{
    public static Task RunAsync()
    {
        var builder = ScenarioHost.CreateWeb();
        builder.AddGraceful();
        var app = builder.Build();
        app.MapRequests();
        app.MapPost("/stop", (int times, IHostApplicationLifetime lifetime) =>
        {
            for (var i = 0; i < times; i++)
            {
                lifetime.StopApplication();
            }

            return "stopping";
        });
        return ScenarioHost.RunAsync(app);
    }
}
