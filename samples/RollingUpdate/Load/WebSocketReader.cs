using System.Net.WebSockets;
using System.Text.Json;

namespace Graceful.RollingUpdate;

/// <summary>
/// Reads prices from a WebSocket and holds every number against the one before, across connections. A close frame with 1000 or 1001 is a
/// clean end; everything else is a cut.
/// </summary>
internal sealed class WebSocketReader(LoadContext context)
{
    private const string What = "/ws/prices";

    private readonly byte[] _buffer = new byte[4096];
    private long? _last;

    public async Task RunAsync()
    {
        while (!context.Stop.IsCancellationRequested)
        {
            using var socket = new ClientWebSocket();
            if (await OpenAsync(socket))
            {
                await ReadAsync(socket);
            }
            else
            {
                await context.PauseAfterLossAsync();
            }
        }
    }

    private async Task<bool> OpenAsync(ClientWebSocket socket)
    {
        context.Ledger.Sent(Traffic.WebSocket);
        try
        {
            using var limit = new CancellationTokenSource(context.Plan.Timeout);
            var after = _last is null ? "" : $"?after={_last}";
            await socket.ConnectAsync(new Uri($"ws://{context.Endpoints.NextHttp()}{What}{after}"), limit.Token);
            context.Ledger.Opened(Traffic.WebSocket);
            return true;
        }
#pragma warning disable CA1031 // Whatever went wrong: the request is lost.
        catch (Exception e)
#pragma warning restore CA1031
        {
            context.Ledger.Lost(Traffic.WebSocket, What, e);
            return false;
        }
    }

    private async Task ReadAsync(ClientWebSocket socket)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(context.Stop);
        try
        {
            while (true)
            {
                silence.CancelAfter(context.Plan.Timeout);
                var received = await socket.ReceiveAsync(_buffer, silence.Token);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    await EndAsync(socket);
                    return;
                }

                var number = Number(_buffer.AsSpan(0, received.Count));
                context.Ledger.Event(Traffic.WebSocket, _last, number);
                _last = number;
            }
        }
#pragma warning disable CA1031 // Whatever went wrong: the socket was cut, unless it was us.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!context.Stop.IsCancellationRequested)
            {
                context.Ledger.Cut(Traffic.WebSocket, What, e);
                await context.PauseAfterLossAsync();
            }
        }
    }

    private async Task EndAsync(ClientWebSocket socket)
    {
        if (socket.CloseStatus is WebSocketCloseStatus.NormalClosure or WebSocketCloseStatus.EndpointUnavailable)
        {
            context.Ledger.EndedCleanly(Traffic.WebSocket);
        }
        else
        {
            context.Ledger.Cut(Traffic.WebSocket, What, new LossException($"close {(int?)socket.CloseStatus}", $"closed with {socket.CloseStatus}"));
        }

        // The answer to the close is a courtesy; the server may have gone.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static long Number(ReadOnlySpan<byte> message)
    {
        var json = new Utf8JsonReader(message);
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("seq"u8))
            {
                json.Read();
                return json.GetInt64();
            }
        }

        throw new LossException(LossCause.WrongAnswer, "no seq in the message");
    }
}
