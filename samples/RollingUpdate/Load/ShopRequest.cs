using System.Globalization;
using System.Text;

namespace Graceful.RollingUpdate;

/// <summary>One kind of request, ready to be sent.</summary>
internal sealed class ShopRequest
{
    public static readonly ShopRequest Version = new(HttpMethod.Get, "/api/version");
    public static readonly ShopRequest Page = new(HttpMethod.Get, "/");
    public static readonly ShopRequest Slow = new(HttpMethod.Get, "/api/slow?ms=300");
    public static readonly ShopRequest Checkout = new(HttpMethod.Post, "/api/checkout", """{"items":3}""");
    public static readonly ShopRequest QuickCheckout = new(HttpMethod.Post, "/api/checkout?ms=20", """{"items":3}""");

    /// <param name="method">GET or POST.</param>
    /// <param name="path">With the query.</param>
    /// <param name="body">JSON, or null.</param>
    /// <param name="cookie">The value of the header <c>Cookie</c>; empty for none.</param>
    public ShopRequest(HttpMethod method, string path, string? body = null, string cookie = "")
    {
        Method = method;
        Path = path;
        Body = body is null ? null : Encoding.UTF8.GetBytes(body);
        var entity = body is null ? "" : string.Create(
            CultureInfo.InvariantCulture, $"Content-Type: application/json\r\nContent-Length: {Body!.Length}\r\n");
        var header = cookie.Length == 0 ? "" : $"Cookie: {cookie}\r\n";
        Http1 = Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: shop\r\n{header}{entity}\r\n{body}");
    }

    public HttpMethod Method { get; }

    public string Path { get; }

    public byte[]? Body { get; }

    /// <summary>The whole request as HTTP/1.1 puts it on the wire.</summary>
    public ReadOnlyMemory<byte> Http1 { get; }

    public override string ToString() => $"{Method} {Path}";
}
