namespace Graceful.TestApp.Scenarios;

/// <summary>A web server that Graceful does not see: a shared project that knows only the abstract builder called AddGraceful.</summary>
internal static class CoreOnly
{
    public static Task RunAsync()
    {
        var builder = ScenarioHost.CreateWeb();
        AddServiceDefaults(builder);
        return ScenarioHost.RunAsync(builder.Build());
    }

    private static void AddServiceDefaults(IHostApplicationBuilder builder) => builder.AddGraceful();
}
