using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Graceful.AspNetCore.Tests.Testing;

/// <summary>WebSockets over HTTP/1.1 and HTTP/2, both sides.</summary>
internal static class WebSockets
{
    public static Uri Address(Uri http, string path) => new UriBuilder(http) { Scheme = http.Scheme == "https" ? "wss" : "ws", Path = path }.Uri;

    public static ClientWebSocket Create(bool http2)
    {
        var client = new ClientWebSocket();
        if (http2)
        {
            client.Options.HttpVersion = HttpVersion.Version20;
            client.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }

        return client;
    }

    public static async Task<ClientWebSocket> ConnectAsync(TestApp test, bool http2, string path = "/ws")
    {
        var client = Create(http2);
        await ConnectAsync(client, test, http2, path);
        return client;
    }

    public static Task ConnectAsync(ClientWebSocket client, TestApp test, bool http2, string path) => http2
        ? client.ConnectAsync(Address(test.Https, path), new HttpMessageInvoker(Http2.CreateHandler()), CancellationToken.None).Within("the upgrade")
        : client.ConnectAsync(Address(test.Http, path), CancellationToken.None).Within("the upgrade");

    /// <returns>The phase in which the close came.</returns>
    public static async Task<InstancePhase> ReceiveToCloseAsync(ClientWebSocket client, TestApp test)
    {
        var buffer = new byte[1000];
        while ((await client.ReceiveAsync(buffer, CancellationToken.None).Within("a frame")).MessageType != WebSocketMessageType.Close)
        {
            // What the handler sends.
        }

        var phase = test.Lifecycle.Phase;
        try
        {
            await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).Within("the answer");
        }
        catch (WebSocketException)
        {
            // A handler that only sends has left by now.
        }

        return phase;
    }

    /// <summary>A handler that receives until the close.</summary>
    public static async Task ReceiveAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[100];
        while ((await socket.ReceiveAsync(buffer, context.RequestAborted)).MessageType != WebSocketMessageType.Close)
        {
            // Nothing is said here.
        }

        if (socket.State == WebSocketState.CloseReceived)
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
    }
}
