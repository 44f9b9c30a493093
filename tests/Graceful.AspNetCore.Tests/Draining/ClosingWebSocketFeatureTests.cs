using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>Closing a socket at the moments at which a real one is hard to meet.</summary>
public class ClosingWebSocketFeatureTests
{
    public static TheoryData<Exception> Faults => [new WebSocketException("reset"), new ObjectDisposedException("socket"), new IOException("reset"), new OperationCanceledException()];

    [Theory]
    [InlineData(WebSocketState.Open, true)]
    [InlineData(WebSocketState.CloseReceived, true)]
    [InlineData(WebSocketState.CloseSent, false)]
    [InlineData(WebSocketState.Closed, false)]
    [InlineData(WebSocketState.Aborted, false)]
    public async Task Close_OnlyWhatIsOpen(WebSocketState state, bool closes)
    {
        var socket = new FakeSocket(state);
        var feature = await AcceptAsync(socket);

        Assert.Equal(closes, await feature.CloseAsync());

        Assert.Equal(closes ? [(WebSocketCloseStatus.EndpointUnavailable, false)] : [], socket.Closed);
        Assert.True(feature.IsClosing);
    }

    [Fact]
    public async Task Close_BeforeAnythingWasAccepted_ClosesWhatIsAcceptedThen()
    {
        var socket = new FakeSocket(WebSocketState.Open);
        var feature = new ClosingWebSocketFeature(new Accepting(socket));
        Assert.False(await feature.CloseAsync());

        Assert.Same(socket, await feature.AcceptAsync(new WebSocketAcceptContext()));

        Assert.Single(socket.Closed);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Close_ThePeerWasFaster_IsNoFault(Exception fault)
    {
        var feature = await AcceptAsync(new FakeSocket(WebSocketState.Open, fault));

        Assert.True(await feature.CloseAsync());
    }

    private static async Task<ClosingWebSocketFeature> AcceptAsync(WebSocket socket)
    {
        var feature = new ClosingWebSocketFeature(new Accepting(socket));
        await feature.AcceptAsync(new WebSocketAcceptContext());
        return feature;
    }

    private sealed class Accepting(WebSocket socket) : IHttpWebSocketFeature
    {
        public bool IsWebSocketRequest => true;

        public Task<WebSocket> AcceptAsync(WebSocketAcceptContext context) => Task.FromResult(socket);
    }

    private sealed class FakeSocket(WebSocketState state, Exception? fault = null) : WebSocket
    {
        /// <summary>The status, and whether an answer was waited for.</summary>
        public List<(WebSocketCloseStatus Status, bool Waits)> Closed { get; } = [];

        public override WebSocketCloseStatus? CloseStatus => null;

        public override string? CloseStatusDescription => null;

        public override WebSocketState State => state;

        public override string? SubProtocol => null;

        public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => CloseAsync(closeStatus, waits: false);

        public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => CloseAsync(closeStatus, waits: true);

        public override void Abort() => throw new NotSupportedException();

        public override void Dispose()
        {
            // There is nothing.
        }

        public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) => throw new NotSupportedException();

        private Task CloseAsync(WebSocketCloseStatus status, bool waits)
        {
            Closed.Add((status, waits));
            return fault is null ? Task.CompletedTask : Task.FromException(fault);
        }
    }
}
