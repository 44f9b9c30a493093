using System.Net;
using System.Text.Json;

namespace Graceful.RollingUpdate;

/// <summary>Asks one instance's readiness probe, as an orchestrator would.</summary>
internal sealed class ReadinessProbe(ShopAddress address) : IDisposable
{
    /// <summary>The contract that Shop declares.</summary>
    public const string Contract = "orders";

    // A new connection each time, as most probers do; a shared one would be kept alive at an instance that is to end.
    private readonly HttpClient _client = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero, UseProxy = false })
    {
        Timeout = TimeSpan.FromSeconds(2),
    };

    /// <summary>Null when there is no answer.</summary>
    public Task<HttpStatusCode?> StatusAsync(CancellationToken cancellationToken) => StatusAsync(address.Readiness, cancellationToken);

    /// <summary>The same of any other page.</summary>
    public async Task<HttpStatusCode?> StatusAsync(Uri page, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _client.GetAsync(page, cancellationToken);
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
            var fleet = root.TryGetProperty("fleet", out var found) ? found : default;
            return new InstanceDetail(Text(root, "phase"), Count(root, "connections"), Count(root, "requests"))
            {
                Standing = Text(fleet, "standing"),
                Reason = Text(fleet, "reason"),
                Orders = root.TryGetProperty("contracts", out var contracts)
                    ? contracts.EnumerateArray().Where(c => Text(c, "name") == Contract).Select(Levels).FirstOrDefault() : null,
            };
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or InvalidOperationException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Null while the instance knows nothing of the fleet.</summary>
    private static ContractDetail? Levels(JsonElement contract) =>
        contract.TryGetProperty("active", out var active) && contract.TryGetProperty("window", out var window)
            ? new ContractDetail(active.GetInt32(), window[0].GetInt32(), window[1].GetInt32(), Text(contract, "mode") ?? "", contract.GetProperty("epoch").GetInt64())
            : null;

    private static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int? Count(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;
}
