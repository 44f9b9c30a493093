using System.Text.Json;

namespace Graceful.RollingUpdate;

/// <summary>A cart, or an account, as Shop tells it. Every version tells it alike, however it is kept.</summary>
internal sealed record CartReply(IReadOnlyDictionary<string, int> Items, string? User, ShopReply Who)
{
    /// <exception cref="LossException">It is not a cart.</exception>
    public static CartReply Parse(ReadOnlyMemory<byte> body)
    {
        var who = ShopReply.Parse(body.Span);
        try
        {
            using var json = JsonDocument.Parse(body);
            var items = json.RootElement.TryGetProperty("items", out var told) ? told.EnumerateObject().ToDictionary(i => i.Name, i => i.Value.GetInt32()) : [];
            return new CartReply(items, json.RootElement.TryGetProperty("user", out var user) ? user.GetString() : null, who);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new LossException(LossCause.WrongAnswer, $"not a cart ({body.Length} bytes): {e.Message}");
        }
    }
}
