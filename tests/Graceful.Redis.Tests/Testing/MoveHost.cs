using System.Globalization;
using System.Net;
using Graceful.RollingUpdate.Tests.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Graceful.Redis.Tests.Testing;

/// <summary>A web application with sessions in Redis: as ASP.NET Core keeps them, or as Graceful does while it moves them.</summary>
internal sealed class MoveHost : IAsyncDisposable
{
    public const string InstanceName = "shop:";

    /// <summary>The same key ring for all: what is moved is the session.</summary>
    private static readonly EphemeralDataProtectionProvider Keys = new EphemeralDataProtectionProvider();

    private readonly WebApplication _app;

    private MoveHost(WebApplication app, LogLines log)
    {
        _app = app;
        Log = log;
    }

    public LogLines Log { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>ASP.NET Core's own session, and nothing of Graceful.</summary>
    public static Task<MoveHost> StartPlainAsync(string redis, Action<WebApplication> map) => StartAsync(map, builder =>
    {
        builder.Services.AddStackExchangeRedisCache(o => (o.Configuration, o.InstanceName) = (redis, InstanceName));
        builder.Services.AddSession();
    });

    /// <param name="redis">Where sessions lie.</param>
    /// <param name="application">Whose sessions.</param>
    /// <param name="level">What this instance writes, all the time; null without a contract.</param>
    /// <param name="map">Endpoints.</param>
    /// <param name="options">Beside the move at level 2.</param>
    public static async Task<MoveHost> StartGracefulAsync(string redis, string application, int? level, Action<WebApplication> map, Action<SessionStateOptions>? options = null)
    {
        var host = await StartAsync(map, builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Graceful:Redis:Configuration"] = redis,
                ["Graceful:Fleet:Name"] = application,
                ["Graceful:Probes:Port"] = "0",
            });
            var graceful = builder.AddGraceful().AddRedis().AddSession(o =>
            {
                // A loaded machine is slow, not broken.
                o.Timeout = TimeSpan.FromSeconds(10);
                o.MoveFromDistributedSession(level: 2, InstanceName);
                options?.Invoke(o);
            });
            if (level is { } only)
            {
                graceful.AddCompatibility(c => c.Contract("session").Supports(only, only));
            }

            // A fleet of its own, so that instances of several levels run at once, as during a raise.
            builder.Services.AddSingleton<IFleetStore>(sp => new InMemoryFleetStore(sp.GetRequiredService<TimeProvider>()));
        });
        await Eventually.TrueAsync(() => host.Services.GetRequiredService<IInstanceLifecycle>().Phase == InstancePhase.Ready, "the instance is ready");
        return host;
    }

    /// <summary>One of a fleet, whose level its instances agree on.</summary>
    /// <param name="redis">Where sessions lie.</param>
    /// <param name="application">Whose sessions, and the fleet's name.</param>
    /// <param name="fleet">Where the fleet lies.</param>
    /// <param name="time">The clock of both.</param>
    /// <param name="supports">Levels of the contract.</param>
    /// <param name="map">Endpoints.</param>
    /// <param name="options">Beside the move at level 2.</param>
    public static async Task<MoveHost> StartMemberAsync(string redis, string application, IFleetStore fleet, TimeProvider time, LevelRange supports, Action<WebApplication> map, Action<SessionStateOptions> options)
    {
        var host = await StartAsync(map, builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Graceful:Redis:Configuration"] = redis, ["Graceful:Fleet:Name"] = application, ["Graceful:Probes:Port"] = "0" });
            builder.Services.AddSingleton(time);
            builder.AddGraceful().AddRedis().AddCompatibility(c => c.Contract("session").Supports(supports.Min, supports.Max)).AddSession(o =>
            {
                // A loaded machine is slow, not broken; and its clock is fast.
                o.Timeout = TimeSpan.FromMinutes(1);
                o.MoveFromDistributedSession(level: 2, InstanceName);
                options(o);
            });
            builder.Services.AddSingleton(fleet);
        });
        await Eventually.TrueAsync(() => host.Services.GetRequiredService<IFleet>().Standing == FleetStanding.Serving, "the instance serves");
        return host;
    }

    /// <summary>Drained: it leaves the fleet.</summary>
    public Task StopAsync() => _app.StopAsync();

    public HttpClient Browser(CookieContainer cookies) =>
        new(new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false }) { BaseAddress = new Uri(_app.Urls.First()), Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>The browser's secret.</summary>
    public static string KeyOf(CookieContainer cookies)
    {
        var value = Uri.UnescapeDataString(cookies.GetAllCookies().Single(c => c.Name == ".AspNetCore.Session").Value);
        var bytes = Convert.FromBase64String(value + new string('=', (4 - (value.Length % 4)) % 4));
        return System.Text.Encoding.UTF8.GetString(Keys.CreateProtector("SessionMiddleware").Unprotect(bytes));
    }

    // Not drained: nobody is served.
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task<MoveHost> StartAsync(Action<WebApplication> map, Action<WebApplicationBuilder> configure)
    {
        var log = new LogLines();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Shop" });
        builder.Logging.AddProvider(log.Provider).SetMinimumLevel(LogLevel.Trace);
        builder.WebHost.UseKestrelCore().UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePorts.Next()}"));
        builder.Services.AddRoutingCore();
        configure(builder);
        builder.Services.AddSingleton<IDataProtectionProvider>(Keys);
        var app = builder.Build();
        app.UseRouting();
        app.UseSession();
        map(app);
        await app.StartAsync();
        return new MoveHost(app, log);
    }
}
