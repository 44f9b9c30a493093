namespace Graceful.TestApp.Scenarios;

/// <summary>A host of the older kind, with a <c>Startup</c> class.</summary>
internal static class StartupClass
{
    public static Task RunAsync() => ScenarioHost.RunAsync(
        Host.CreateDefaultBuilder().ConfigureWebHostDefaults(web => web.UseStartup<Startup>()).Build());

    private sealed class Startup(IConfiguration configuration)
    {
        public void ConfigureServices(IServiceCollection services)
        {
            services.AddRouting();
            services.AddGraceful(configuration).AddAspNetCore();
        }

#pragma warning disable CA1822 // Startup classes have instance methods.
        public void Configure(IApplicationBuilder app)
#pragma warning restore CA1822
        {
            app.UseRouting();
            app.UseEndpoints(endpoints => endpoints.MapRequests());
        }
    }
}
