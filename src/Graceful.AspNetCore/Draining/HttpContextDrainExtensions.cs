using Graceful;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Http;

/// <summary>Lets a request handler learn of the drain.</summary>
public static class HttpContextDrainExtensions
{
    /// <summary>
    /// A token that fires when the lame duck has ended and streams are to end. It fires once for the whole process; a request that starts
    /// later sees it cancelled already. <see cref="CancellationToken.None"/> when Graceful is not registered or disabled.
    /// </summary>
    public static CancellationToken GetDrainToken(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.RequestServices.GetService<GracefulOptions>() is { Enabled: true }
            ? context.RequestServices.GetService<KestrelTraffic>()?.DrainToken ?? CancellationToken.None
            : CancellationToken.None;
    }
}
