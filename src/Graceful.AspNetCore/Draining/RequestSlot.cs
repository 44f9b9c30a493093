using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;

namespace Graceful;

/// <summary>
/// One place for a request on a connection. Kestrel reuses its feature collection, and hosting its context, for one request after the
/// other; the slot lives as long as they do, so that a request costs no allocation.
/// </summary>
internal sealed class RequestSlot(TrackedConnection connection, IFeatureCollection features)
{
    private static long _last;
    private readonly string _id = $"request-{Interlocked.Increment(ref _last)}";
    private int _active;
    private volatile bool _aborted;

    public TrackedConnection Connection => connection;

    public bool IsActive => Volatile.Read(ref _active) != 0;

    /// <summary>Whether it was cut: nothing is waited for any more, also when its handler takes no notice.</summary>
    public bool IsAborted => _aborted;

    /// <summary>Whether the connection's list holds this slot; written under the connection's lock.</summary>
    public bool IsListed { get; set; }

    public void Begin()
    {
        _aborted = false;

        // A full fence: TrackedConnection.Prune looks at IsListed and _active in the other order.
        Interlocked.Exchange(ref _active, 1);
        if (!IsListed)
        {
            connection.List(this);
        }

        connection.RequestBegun();
    }

    public void End()
    {
        Volatile.Write(ref _active, 0);
        connection.RequestEnded();
    }

    /// <summary>
    /// Whether this is long-lived by nature: an upgraded connection, Server-Sent Events, SignalR, or an endpoint that says so with
    /// <c>OnDrain</c>. Read from another thread than the request's: every feature read here is a plain field of Kestrel's.
    /// </summary>
    public bool IsStream
    {
        get
        {
            var metadata = features.Get<IEndpointFeature>()?.Endpoint?.Metadata;
            if (metadata is not null)
            {
                if (metadata.GetMetadata<DrainModeMetadata>() is { } own)
                {
                    return own.Mode != DrainMode.Complete;
                }

                if (metadata.GetMetadata<HubMetadata>() is not null && metadata.GetMetadata<NegotiateMetadata>() is null)
                {
                    return true;
                }
            }

            if (features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true })
            {
                return true;
            }

            return features.Get<IHttpResponseFeature>() is { } response
                && (response.StatusCode == StatusCodes.Status101SwitchingProtocols
                    || response.Headers.ContentType.ToString().StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase));
        }
    }

    public TrafficItem ToItem() => new(IsStream ? DrainHolderKind.Stream : DrainHolderKind.Request, Name, _id);

    /// <summary>Cuts the request, beside the caller: an HTTP/2 stream alone, an HTTP/1.1 request with its connection. False when that was done before.</summary>
    public bool Abort()
    {
        if (_aborted || !IsActive)
        {
            return false;
        }

        _aborted = true;
        _ = Task.Run(Cut);
        return true;
    }

    internal void Cut()
    {
        // The next request in this place is another one, and is not cut.
        if (_aborted && IsActive)
        {
            features.Get<IHttpRequestLifetimeFeature>()?.Abort();
        }
    }

    /// <summary>The route's pattern, never the path: a path may hold a secret.</summary>
    private string Name
    {
        get
        {
            var method = features.Get<IHttpRequestFeature>()?.Method;
            return features.Get<IEndpointFeature>()?.Endpoint switch
            {
                RouteEndpoint route => $"{method} /{route.RoutePattern.RawText?.TrimStart('/')}",
                { DisplayName: { } name } => $"{method} {name}",
                _ => $"{method} (no route)",
            };
        }
    }
}
