namespace Graceful.RollingUpdate;

/// <summary>The kinds of clients. Each is counted by itself.</summary>
internal enum Traffic
{
    /// <summary>Requests over keep-alive HTTP/1.1.</summary>
    Http1,

    /// <summary>Requests of shoppers, each with a cookie and a cart, over keep-alive HTTP/1.1.</summary>
    Cart,

    /// <summary>Requests over HTTP/2 and TLS.</summary>
    Http2,

    /// <summary>Server-Sent Events: opening a stream is a request, the stream is counted apart.</summary>
    EventStream,

    /// <summary>WebSockets: opening one is a request, the socket is counted apart.</summary>
    WebSocket,

    /// <summary>SignalR: every connect and every invocation is a request.</summary>
    SignalR,
}
