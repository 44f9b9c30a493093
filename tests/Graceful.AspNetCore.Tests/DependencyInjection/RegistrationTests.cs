using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Graceful.AspNetCore.Tests.DependencyInjection;

public class RegistrationTests
{
    [Fact]
    public async Task AbstractBuilder_WithoutAddAspNetCore_StopsTheStartAndNamesTheCall()
    {
        await using var app = Build(builder => AddDefaults(builder));

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());

        Assert.Contains("AddAspNetCore()", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AbstractBuilder_WithAddAspNetCore_Starts()
    {
        await using var app = Build(builder => AddDefaults(builder).AddAspNetCore());

        await app.StartAsync();

        Assert.IsType<TrackingServer>(app.Services.GetRequiredService<IServer>());
    }

    [Fact]
    public async Task SharedDefaultsAndThenTheWebBuilder_RegistersOnce()
    {
        await using var app = Build(builder =>
        {
            AddDefaults(builder);
            builder.AddGraceful();
            builder.AddGraceful().AddAspNetCore();
        });

        await app.StartAsync();

        Assert.Single(app.Services.GetServices<ITrafficSource>());
        Assert.IsType<TrackingServer>(app.Services.GetRequiredService<IServer>());
    }

    [Fact]
    public async Task ServerRegisteredAfterwards_StopsTheStart()
    {
        await using var app = Build(builder =>
        {
            builder.AddGraceful(o => o.Probes.Port = 0);
            builder.Services.AddSingleton<IServer, OtherServer>();
        });

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());

        Assert.Contains(nameof(OtherServer), fault.Message, StringComparison.Ordinal);
    }

    private static IGracefulBuilder AddDefaults<T>(T builder)
        where T : IHostApplicationBuilder => builder.AddGraceful(o => o.Probes.Port = 0);

    private static WebApplication Build(Action<WebApplicationBuilder> configure)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = Path.GetTempPath(), Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        configure(builder);
        return builder.Build();
    }

    private sealed class OtherServer : IServer
    {
        public Microsoft.AspNetCore.Http.Features.IFeatureCollection Features { get; } = new Microsoft.AspNetCore.Http.Features.FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
            // There is nothing.
        }
    }
}
