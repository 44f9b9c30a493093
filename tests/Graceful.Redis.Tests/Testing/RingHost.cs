using System.Globalization;
using System.Net;
using System.Security.Claims;
using Graceful.RollingUpdate.Tests.Processes;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Graceful.Redis.Tests.Testing;

/// <summary>A web application with a login and a form, as one machine has it: Kestrel on a port of its own, a folder of its own, its keys in Redis.</summary>
internal sealed class RingHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DirectoryInfo _folder;

    private RingHost(WebApplication app, DirectoryInfo folder, LogLines log)
    {
        _app = app;
        _folder = folder;
        Log = log;
    }

    public LogLines Log { get; }

    public IServiceProvider Services => _app.Services;

    public bool IsReady => Services.GetRequiredService<IInstanceLifecycle>().Phase == InstancePhase.Ready;

    public string? Reason => Services.GetRequiredService<IProbes>().GetDetail(ProbeKind.Readiness).Result.Reason;

    public IDataProtector Protector => Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");

    public static RingHost Build(string redis, string fleet, Action<IServiceCollection>? services = null, bool inFleet = false)
    {
        var folder = Directory.CreateTempSubdirectory("graceful-ring-");
        var log = new LogLines();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = folder.FullName, ApplicationName = "Shop" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Graceful:Redis:Configuration"] = redis,
            ["Graceful:Fleet:Name"] = fleet,
            ["Graceful:Probes:Port"] = "0",
            ["Graceful:WarmUp:RetryDelay"] = "00:00:00.2",
            ["Graceful:WarmUp:MaxRetryDelay"] = "00:00:00.2",
            ["Graceful:KeyRing:CheckInterval"] = "00:00:01",
            ["Graceful:Fleet:RenewInterval"] = "00:00:01",
            ["Graceful:Fleet:LeaseDuration"] = "00:00:03",
        });
        builder.Logging.AddProvider(log.Provider).SetMinimumLevel(LogLevel.Trace);
        builder.WebHost.UseKestrelCore().UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePorts.Next()}"));
        builder.Services.AddRoutingCore();
        builder.Services.AddAntiforgery();
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
        services?.Invoke(builder.Services);
        var graceful = builder.AddGraceful().AddDataProtection().AddRedis();
        if (inFleet)
        {
            graceful.AddFleet();
        }

        var app = builder.Build();
        app.UseRouting();
        app.UseAuthentication();
        app.MapGet("/login", (HttpContext c) => c.SignInAsync(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "Ada")], "test"))));
        app.MapGet("/name", (HttpContext c) => c.Response.WriteAsync(c.User.Identity?.Name ?? "nobody"));
        app.MapGet("/form", (HttpContext c, IAntiforgery forms) => c.Response.WriteAsync(forms.GetAndStoreTokens(c).RequestToken!));
        app.MapPost("/form", async (HttpContext c, IAntiforgery forms) => c.Response.StatusCode = await forms.IsRequestValidAsync(c) ? 200 : 400);
        return new RingHost(app, folder, log);
    }

    public static async Task<RingHost> StartAsync(string redis, string fleet, Action<IServiceCollection>? services = null, bool inFleet = false)
    {
        var host = Build(redis, fleet, services, inFleet);
        await host.StartAsync();
        await host.ReadyAsync();
        return host;
    }

    public Task StartAsync() => _app.StartAsync();

    public Task ReadyAsync() => Eventually.TrueAsync(() => IsReady, "the instance is ready");

    public HttpClient Client(CookieContainer cookies) => new(new SocketsHttpHandler { CookieContainer = cookies }) { BaseAddress = new Uri(_app.Urls.First()) };

    public bool CanRead(string protectedText)
    {
        try
        {
            return Protector.Unprotect(protectedText).Length > 0;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Not drained: nobody is served.
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
