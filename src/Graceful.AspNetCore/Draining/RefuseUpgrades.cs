using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful;

/// <summary>
/// Refuses new WebSockets once the lame duck has ended: they would be told to leave at once. Until then everything that arrives is served.
/// </summary>
internal sealed class RefuseUpgrades(KestrelTraffic traffic) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        // Not async: the ordinary request passes without an allocation.
        app.Use(rest => context => traffic.IsDraining && IsUpgrade(context.Features) ? Refuse(context) : rest(context));
        next(app);
    };

    public static void Answer(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = "1";
        if (!HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";
        }
    }

    private static Task Refuse(HttpContext context)
    {
        Answer(context);
        return Task.CompletedTask;
    }

    private static bool IsUpgrade(IFeatureCollection features) =>
        (features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } && !IsOnlyAnOffer(features.Get<IHttpRequestFeature>()!.Headers.Upgrade.ToString()))
        || features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };

    /// <summary>Some clients offer HTTP/2 or TLS with each ordinary request in clear text. Kestrel takes no notice, and they expect an answer.</summary>
    private static bool IsOnlyAnOffer(string upgrade) =>
        upgrade.StartsWith("h2c", StringComparison.OrdinalIgnoreCase) || upgrade.StartsWith("TLS/", StringComparison.OrdinalIgnoreCase);
}
