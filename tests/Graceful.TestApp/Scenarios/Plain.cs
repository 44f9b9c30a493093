using System.Globalization;

namespace Graceful.TestApp.Scenarios;

/// <summary>The same without the library: what it is compared with.</summary>
internal static class Plain
{
    public static Task RunAsync()
    {
        var builder = ScenarioHost.CreateWeb();
        var timeout = builder.Configuration["ShutdownTimeout"] ?? "00:00:05";
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.Parse(timeout, CultureInfo.InvariantCulture));
        var app = builder.Build();
        app.MapRequests();
        return ScenarioHost.RunAsync(app);
    }
}
