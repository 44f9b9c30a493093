namespace Graceful.AspNetCore.Tests.Testing;

internal static class Http2
{
    public static HttpClient CreateClient(Uri address) => new(CreateHandler())
    {
        BaseAddress = address,
        DefaultRequestVersion = System.Net.HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = Eventually.Patience,
    };

    public static SocketsHttpHandler CreateHandler() =>
        new() { SslOptions = new() { RemoteCertificateValidationCallback = Certificate.IsOurs } };
}
