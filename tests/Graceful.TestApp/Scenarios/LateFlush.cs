using System.Globalization;

namespace Graceful.TestApp.Scenarios;

/// <summary>Requests that use up the whole drain, and a hosted service that has something to write out after them.</summary>
internal static class LateFlush
{
    public static Task RunAsync()
    {
        var builder = ScenarioHost.CreateWeb();
        if (builder.Configuration["ShutdownTimeout"] is { } timeout)
        {
            builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.Parse(timeout, CultureInfo.InvariantCulture));
        }

        builder.Services.AddHostedService<Flush>();
        builder.AddGraceful();
        var app = builder.Build();
        app.MapRequests();
        return ScenarioHost.RunAsync(app);
    }
}
