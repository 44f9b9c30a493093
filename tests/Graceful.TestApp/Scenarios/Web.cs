namespace Graceful.TestApp.Scenarios;

/// <summary>A web application with the one line.</summary>
internal static class Web
{
    public static Task RunAsync()
    {
        var builder = ScenarioHost.CreateWeb();
        builder.AddGraceful();
        var app = builder.Build();
        app.MapRequests();
        return ScenarioHost.RunAsync(app);
    }
}
