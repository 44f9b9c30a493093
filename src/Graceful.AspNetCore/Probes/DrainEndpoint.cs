using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Graceful;

/// <summary>
/// <c>/drain</c> on the probe listener: drains and answers with the report; the process goes on until it is told to end. Off by default.
/// </summary>
internal sealed class DrainEndpoint(IDrainCoordinator coordinator, DrainEndpointOptions options)
{
    private const string Scheme = "Bearer ";
    private readonly Lazy<IPNetwork[]> _networks = new(() => [.. options.AllowedNetworks.Select(n => IPNetwork.Parse(n))]);

    public async Task RespondAsync(HttpContext context)
    {
        if (!options.Enabled)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        // GET too, for the httpGet hooks of orchestrators, which cannot POST.
        if (!HttpMethods.IsPost(context.Request.Method) && !HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, POST";
            return;
        }

        if (IsFromBrowser(context.Request) || !IsAllowed(context))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        // A caller that hangs up does not stop the drain.
        var report = await coordinator.DrainAsync("/drain", context.RequestAborted).ConfigureAwait(false);
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(Serialize(report)).ConfigureAwait(false);
    }

    private bool IsAllowed(HttpContext context)
    {
        var peer = context.Connection.RemoteIpAddress;
        return (peer is not null && ((IPAddress.IsLoopback(peer) && NamesThisMachine(context.Request.Host)) || _networks.Value.Any(n => n.Contains(peer))))
            || HasToken(context.Request);
    }

    /// <summary>
    /// A page whose own name was made to point to this machine sends none of the headers that <see cref="IsFromBrowser"/> looks for, but it
    /// cannot help sending that name.
    /// </summary>
    private static bool NamesThisMachine(HostString host) =>
        !host.HasValue || IPAddress.TryParse(host.Host, out _) || host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    private bool HasToken(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return options.Token is { } token
            && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(Hash(header[Scheme.Length..]), Hash(token));
    }

    /// <summary>A page in a browser on this machine must not drain it: browsers say where a request comes from, hooks and curl do not.</summary>
    private static bool IsFromBrowser(HttpRequest request) => request.Headers.ContainsKey("Sec-Fetch-Site") || request.Headers.ContainsKey("Origin");

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static byte[] Serialize(DrainReport report)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("reason", report.Reason);
            json.WriteString("outcome", report.IsClean ? "clean" : "lossy");
            json.WriteNumber("lameDuckSeconds", report.LameDuck.TotalSeconds);
            json.WriteNumber("drainingSeconds", report.Draining.TotalSeconds);
            json.WriteNumber("unusedBudgetSeconds", report.UnusedBudget.TotalSeconds);
            json.WriteBoolean("earlyExit", report.EarlyExit);
            json.WriteNumber("lateArrivals", report.LateArrivals);
            json.WriteNumber("requestsAborted", report.RequestsAborted);
            json.WriteNumber("streamsAborted", report.StreamsAborted);
            json.WriteNumber("connectionsAborted", report.ConnectionsAborted);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
