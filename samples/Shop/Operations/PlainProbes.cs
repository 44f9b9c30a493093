using Graceful;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Shop;

/// <summary>
/// Probes as ASP.NET Core ships them, on the main port, for <c>Graceful:Enabled=false</c>: the same shop without the library, to see
/// what it is good for. An app of yours has no need of this file.
/// </summary>
internal static class PlainProbes
{
    public static void MapPlainProbes(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<GracefulOptions>>().Value.Enabled)
        {
            return;
        }

        var noChecks = new HealthCheckOptions { Predicate = static _ => false };
        app.MapHealthChecks("/startupz", noChecks);
        app.MapHealthChecks("/livez", noChecks);
        app.MapHealthChecks("/readyz");
    }
}
