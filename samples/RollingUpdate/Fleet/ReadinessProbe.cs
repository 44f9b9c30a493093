using System.Net;
using System.Text.Json;

namespace Graceful.RollingUpdate;

/// <summary>Asks one instance's readiness probe, as an orchestrator would.</summary>
internal sealed class ReadinessProbe(ShopAddress address) : IDisposable
{
    // A new connection each time, as most probers do; a shared one would be kept alive at an instance that is to end.
    private readonly HttpClient _client = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero, UseProxy = false })
    {
        Timeout = TimeSpan.FromSeconds(2),
    };

    /// <summary>Null when there is no answer.</summary>
    public async Task<HttpStatusCode?> StatusAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _client.GetAsync(address.Readiness, cancellationToken);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public async Task<InstanceDetail?> DetailAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _client.GetAsync(new Uri(address.Readiness, "?verbose"), cancellationToken);
            using var json = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), default, cancellationToken);
            var root = json.RootElement;
            return new InstanceDetail(Text(root, "phase"), Count(root, "connections"), Count(root, "requests"));
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or InvalidOperationException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    public void Dispose() => _client.Dispose();

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int? Count(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;
}
