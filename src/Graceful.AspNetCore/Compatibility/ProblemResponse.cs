using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Graceful;

/// <summary>Answers with a problem that programs can read (RFC 9457).</summary>
internal static class ProblemResponse
{
    public const string ContentType = "application/problem+json";

    /// <param name="context">The request.</param>
    /// <param name="status">The status code.</param>
    /// <param name="type">Names the kind of problem.</param>
    /// <param name="title">The kind of problem, for people.</param>
    /// <param name="detail">This one, for people.</param>
    /// <param name="more">Writes further members.</param>
    public static Task WriteAsync(HttpContext context, int status, string type, string title, string detail, Action<Utf8JsonWriter> more)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteString("title", title);
            json.WriteNumber("status", status);
            json.WriteString("detail", detail);
            more(json);
            json.WriteEndObject();
        }

        var body = buffer.ToArray();
        context.Response.StatusCode = status;
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(body).AsTask();
    }
}
