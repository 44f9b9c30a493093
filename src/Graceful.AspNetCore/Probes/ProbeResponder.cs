using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Graceful;

/// <summary>Answers a probe over HTTP: 200 or 503, a word for people, and detail for those who may see it.</summary>
internal sealed class ProbeResponder(IProbes probes, ProbeOptions options, FleetDetail? fleet = null)
{
    private static readonly byte[] HealthyBody = "Healthy"u8.ToArray();

    // For people at a terminal, as application/json: apostrophes stay what they are.
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="context">The request.</param>
    /// <param name="kind">The probe.</param>
    /// <param name="trustLoopback">
    /// False on the main port: behind a proxy on the same machine everybody comes from loopback.
    /// </param>
    public Task RespondAsync(HttpContext context, ProbeKind kind, bool trustLoopback)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, HEAD";
            return Task.CompletedTask;
        }

        context.Response.Headers.CacheControl = "no-store";
        if (context.Request.QueryString.HasValue && context.Request.Query.ContainsKey("verbose") && MaySeeDetail(context, trustLoopback))
        {
            return WriteDetailAsync(context.Response, probes.GetDetail(kind), kind == ProbeKind.Readiness ? fleet : null);
        }

        var result = probes.Check(kind);
        context.Response.StatusCode = result.IsHealthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain";
        var body = result.IsHealthy ? HealthyBody : "Unhealthy"u8.ToArray();
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(body).AsTask();
    }

    private bool MaySeeDetail(HttpContext context, bool trustLoopback) =>
        options.VerboseFromAnywhere || (trustLoopback && context.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(peer));

    private static async Task WriteDetailAsync(HttpResponse response, ProbeDetail detail, FleetDetail? fleet)
    {
        response.StatusCode = detail.Result.IsHealthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        response.ContentType = "application/json";
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            Write(json, detail, fleet);
        }

        await response.Body.WriteAsync(buffer.ToArray()).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter json, ProbeDetail detail, FleetDetail? fleet)
    {
        json.WriteStartObject();
        json.WriteString("status", detail.Result.IsHealthy ? "Healthy" : "Unhealthy");
        json.WriteString("reason", detail.Result.Reason);
        json.WriteString("phase", detail.Phase.ToString());
        json.WriteNumber("requests", detail.Traffic.Requests);
        json.WriteNumber("streams", detail.Traffic.Streams);
        json.WriteNumber("connections", detail.Traffic.Connections);
        json.WriteStartArray("checks");
        foreach (var check in detail.Checks)
        {
            json.WriteStartObject();
            json.WriteString("name", check.Name);
            json.WriteString("status", check.Status);
            json.WriteString("class", check.Class.ToString());
            if (check.Age is { } age)
            {
                json.WriteNumber("ageSeconds", Math.Round(age.TotalSeconds, 1));
            }

            json.WriteNumber("durationMs", Math.Round(check.Duration.TotalMilliseconds, 1));
            if (check.Description is { } description)
            {
                json.WriteString("description", description);
            }

            if (check.Error is { } error)
            {
                json.WriteString("error", error);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        fleet?.Write(json);
        json.WriteEndObject();
    }
}
