using System.Net.WebSockets;
using System.Text.Json;

namespace Shop;

/// <summary>
/// Prices over a WebSocket. At drain Graceful sends the close frame (1001, "going away"); this side only has to stop sending and to
/// wait for the answer.
/// </summary>
internal static class PriceSocket
{
    public static async Task RunAsync(HttpContext context, PriceFeed feed, long? after)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted); // fires at drain, too
        try
        {
            await Task.WhenAll(SendAsync(socket, feed, after, stop.Token), ReceiveAsync(socket, stop));
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The client left without a close, or a close overtook a price.
        }
    }

    // The token stops the feed and nothing else: a send or a receive that is cancelled halfway aborts the socket, and the client
    // would see a reset instead of a close.
    private static async Task SendAsync(WebSocket socket, PriceFeed feed, long? after, CancellationToken stop)
    {
        await foreach (var tick in feed.ReadAsync(after, stop))
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(tick, ShopJson.Default.PriceTick);
            await socket.SendAsync(json, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
    }

    private static async Task ReceiveAsync(WebSocket socket, CancellationTokenSource stop)
    {
        try
        {
            var ignored = new byte[256];
            while ((await socket.ReceiveAsync(ignored, CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
                // Clients have nothing to say here.
            }

            if (socket.State == WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
            }
        }
        finally
        {
            await stop.CancelAsync();
        }
    }
}
