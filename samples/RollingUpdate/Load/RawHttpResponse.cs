namespace Graceful.RollingUpdate;

/// <summary>An answer read to its end. <paramref name="Body"/> is valid until the next one; <paramref name="Cookies"/> are the values of <c>Set-Cookie</c>.</summary>
internal readonly record struct RawHttpResponse(int Status, bool Close, ReadOnlyMemory<byte> Body, IReadOnlyList<string> Cookies);
