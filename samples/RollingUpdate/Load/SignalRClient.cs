using System.Diagnostics;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.RollingUpdate;

/// <summary>
/// A SignalR client with automatic reconnect that places an order about half a second after the last was confirmed. While it reconnects it
/// pauses, which its user sees; a call that was under way when the connection went is lost. A reconnect without an exception follows the
/// server's own, announced close; one with an exception follows a cut. Connects that fail are lost requests, reconnects included.
/// </summary>
internal sealed class SignalRClient(LoadContext context, string name)
{
    private const string Path = "/hubs/orders";

    private static readonly TimeSpan[] ReconnectDelays =
        [TimeSpan.Zero, TimeSpan.FromMilliseconds(200), .. Enumerable.Repeat(TimeSpan.FromSeconds(1), 60)];

    // Connected, but the hub has not yet shaken hands: an end now is seen by no event of the client library.
    private volatile bool _shakingHands;

    public async Task RunAsync()
    {
        await using var connection = Build();
        connection.Reconnecting += EndedAsync;
        connection.Closed += EndedAsync;
        connection.Reconnected += _ =>
        {
            _shakingHands = false;
            return Task.CompletedTask;
        };
        while (await ThinkAsync())
        {
            switch (connection.State)
            {
                case HubConnectionState.Connected:
                    await PlaceAsync(connection);
                    break;
                case HubConnectionState.Disconnected:
                    await StartAsync(connection);
                    break;
            }
        }
    }

    /// <summary>250 to 750 ms. False when the load has ended.</summary>
    private async Task<bool> ThinkAsync()
    {
        await context.WaitAsync(TimeSpan.FromMilliseconds(250 + Random.Shared.Next(500)));
        return !context.Stop.IsCancellationRequested;
    }

    private HubConnection Build()
    {
        var builder = new HubConnectionBuilder()
            .WithUrl($"http://shop{Path}", options =>
            {
                // Behind a round-robin balancer without affinity the negotiate request would go to one instance and the socket to another.
                options.SkipNegotiation = true;
                options.Transports = HttpTransportType.WebSockets;
                options.WebSocketFactory = ConnectAsync;
            })
            .WithAutomaticReconnect(ReconnectDelays);
        return builder.Build();
    }

    private async ValueTask<WebSocket> ConnectAsync(WebSocketConnectionContext _, CancellationToken cancellationToken)
    {
        if (_shakingHands)
        {
            _shakingHands = false;
            context.Ledger.Cut(Traffic.SignalR, Path, new LossException("hub handshake failed", "the connection ended within the hub's handshake"));
        }

        context.Ledger.Sent(Traffic.SignalR);
        var socket = new ClientWebSocket();
        try
        {
            using var limit = new CancellationTokenSource(context.Plan.Timeout);
            await socket.ConnectAsync(new Uri($"ws://{context.Endpoints.NextHttp()}{Path}"), limit.Token);
            context.Ledger.Opened(Traffic.SignalR);
            _shakingHands = true;
            return socket;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && context.Stop.IsCancellationRequested)
        {
            socket.Dispose();
            context.Ledger.Withdrawn(Traffic.SignalR);
            throw;
        }
        catch (Exception e)
        {
            socket.Dispose();
            context.Ledger.Lost(Traffic.SignalR, $"connect {Path}", e);
            throw;
        }
    }

    private async Task StartAsync(HubConnection connection)
    {
        try
        {
            using var limit = new CancellationTokenSource(context.Plan.Timeout);
            await connection.StartAsync(limit.Token);
            _shakingHands = false;
        }
#pragma warning disable CA1031 // A connect that failed has been written down where it failed.
        catch (Exception)
#pragma warning restore CA1031
        {
            await context.PauseAfterLossAsync();
        }
    }

    private async Task PlaceAsync(HubConnection connection)
    {
        context.Ledger.Sent(Traffic.SignalR);
        using var limit = new CancellationTokenSource(context.Plan.Timeout);
        var begun = Stopwatch.GetTimestamp();
        try
        {
            var order = await connection.InvokeAsync<PlacedOrder>("Place", name, limit.Token);
            var version = order.Version == "1.0.0" ? ShopVersion.V1 : ShopVersion.V2;
            context.Ledger.Answered(Traffic.SignalR, new ShopReply(version, order.Instance));
        }
        catch (InvalidOperationException) when (connection.State != HubConnectionState.Connected)
        {
            // Refused by the client library itself: the close arrived between our look at the state and the call. Nothing was sent.
            context.Ledger.Withdrawn(Traffic.SignalR);
        }
        catch (OperationCanceledException e) when (!limit.IsCancellationRequested)
        {
            // How the client library puts it: the server closed while the call was under way.
            context.Ledger.Lost(Traffic.SignalR, "Place", new LossException(
                "hub closed during a call", $"after {Stopwatch.GetElapsedTime(begun).TotalMilliseconds:0.0} ms: {e.Message}"));
        }
#pragma warning disable CA1031 // Whatever went wrong: the call is lost.
        catch (Exception e)
#pragma warning restore CA1031
        {
            context.Ledger.Lost(Traffic.SignalR, "Place", e);
        }
    }

    private Task EndedAsync(Exception? exception)
    {
        if (context.Stop.IsCancellationRequested)
        {
            return Task.CompletedTask;
        }

        if (exception is null)
        {
            context.Ledger.EndedCleanly(Traffic.SignalR);
        }
        else
        {
            context.Ledger.Cut(Traffic.SignalR, Path, exception);
        }

        return Task.CompletedTask;
    }

    private sealed record PlacedOrder(string Order, string Version, string Instance);
}
