using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful;

/// <summary>Remembers the WebSocket that a handler accepts, to close it with 1001 when the instance drains.</summary>
internal sealed class ClosingWebSocketFeature(IHttpWebSocketFeature inner) : IHttpWebSocketFeature
{
    private volatile WebSocket? _socket;
    private volatile bool _closing;

    public bool IsWebSocketRequest => inner.IsWebSocketRequest;

    public bool IsClosing => _closing;

    public async Task<WebSocket> AcceptAsync(WebSocketAcceptContext context)
    {
        var socket = await inner.AcceptAsync(context).ConfigureAwait(false);
        _socket = socket;
        if (_closing)
        {
            await CloseAsync().ConfigureAwait(false);
        }

        return socket;
    }

    /// <returns>Whether there was a socket to close.</returns>
    public async Task<bool> CloseAsync()
    {
        _closing = true;
        if (_socket is not { State: WebSocketState.Open or WebSocketState.CloseReceived } socket)
        {
            return false;
        }

        try
        {
            // The close frame only: the handler keeps receiving and meets the peer's answer. Sends of the handler that are under way go
            // first, the socket serializes them.
            await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "instance is leaving", CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is WebSocketException or ObjectDisposedException or IOException or OperationCanceledException)
        {
            // The peer was faster: it is gone, which is what this wanted.
        }

        return true;
    }
}
