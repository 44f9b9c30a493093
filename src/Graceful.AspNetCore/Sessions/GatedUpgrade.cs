using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful;

/// <summary>
/// The ways by which a request becomes a connection that stays, WebSockets and others: the gate opens before the client is told so. The server starts such a response past the gate, where a session that
/// is not stored could only end in 500.
/// </summary>
internal sealed class GatedUpgrade(ResponseGate gate, IFeatureCollection features) : IHttpUpgradeFeature, IHttpExtendedConnectFeature, IHttpWebSocketFeature
{
    private readonly IHttpUpgradeFeature? _upgrade = features.Get<IHttpUpgradeFeature>();
    private readonly IHttpExtendedConnectFeature? _connect = features.Get<IHttpExtendedConnectFeature>();
    private readonly IHttpWebSocketFeature? _sockets = features.Get<IHttpWebSocketFeature>();

    public bool IsUpgradableRequest => _upgrade!.IsUpgradableRequest;

    public bool IsExtendedConnect => _connect!.IsExtendedConnect;

    public string? Protocol => _connect!.Protocol;

    public bool IsWebSocketRequest => _sockets!.IsWebSocketRequest;

    /// <param name="gate">What opens.</param>
    /// <param name="features">Of the request. Middleware that stands before the session's has made its WebSockets of the server's upgrade already, others will make them of this.</param>
    public static void Install(ResponseGate gate, IFeatureCollection features)
    {
        var gated = new GatedUpgrade(gate, features);
        if (gated._upgrade is not null)
        {
            features.Set<IHttpUpgradeFeature>(gated);
        }

        if (gated._connect is not null)
        {
            features.Set<IHttpExtendedConnectFeature>(gated);
        }

        if (gated._sockets is not null)
        {
            features.Set<IHttpWebSocketFeature>(gated);
        }
    }

    public async Task<Stream> UpgradeAsync()
    {
        await OpenAsync(IsUpgradableRequest).ConfigureAwait(false);
        return await _upgrade!.UpgradeAsync().ConfigureAwait(false);
    }

    public async ValueTask<Stream> AcceptAsync()
    {
        await OpenAsync(IsExtendedConnect).ConfigureAwait(false);
        return await _connect!.AcceptAsync().ConfigureAwait(false);
    }

    public async Task<WebSocket> AcceptAsync(WebSocketAcceptContext context)
    {
        await OpenAsync(IsWebSocketRequest).ConfigureAwait(false);
        return await _sockets!.AcceptAsync(context).ConfigureAwait(false);
    }

    /// <param name="will">A request that cannot be upgraded is told so by the server, and goes on.</param>
    private async ValueTask OpenAsync(bool will)
    {
        if (will && !await gate.OpenAsync().ConfigureAwait(false))
        {
            throw new SessionStoreException("The session was not stored, so the request was answered and is not upgraded.");
        }
    }
}
