namespace Graceful.RollingUpdate;

/// <summary>Who loads the fleet, and how much.</summary>
internal sealed record LoadPlan
{
    private const double Http1Part = 0.6;
    private const double CartPart = 0.1;

    /// <summary>Requests per second over all request clients.</summary>
    public required int Rate { get; init; }

    /// <summary>Keep-alive HTTP/1.1 clients, one connection each.</summary>
    public required int Http1Clients { get; init; }

    /// <summary>Shoppers: each has a cookie and a cart, and looks whether everything is still in it. Two HTTP/1.1 connections each.</summary>
    public required int Shoppers { get; init; }

    /// <summary>HTTP/2 clients, one connection each.</summary>
    public required int Http2Clients { get; init; }

    /// <summary>Requests an HTTP/2 client has running at once, at most.</summary>
    public required int Http2Lanes { get; init; }

    /// <summary>Every fourth HTTP/1.1 client takes a new connection after so many requests; null: all keep theirs.</summary>
    public int? RequestsOfShortLivedConnection { get; init; }

    /// <summary>Server-Sent Events readers; every second one over HTTP/2, where there is HTTP/2.</summary>
    public required int EventReaders { get; init; }

    public required int WebSocketReaders { get; init; }

    public required int SignalRClients { get; init; }

    public required RequestMix Mix { get; init; }

    /// <summary>How long a client waits before it calls a request lost: long, so that a busy machine is not taken for a loss.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The share of the rate that goes over HTTP/1.1, that of the shoppers not counted.</summary>
    public double Http1Share => (Http2Clients == 0 ? 1 : Http1Part) - CartShare;

    /// <summary>The share of the rate that is shoppers' requests: a part of what would go over HTTP/1.1.</summary>
    public double CartShare => Shoppers == 0 ? 0 : CartPart;

    /// <summary>The share of the rate that goes over HTTP/2.</summary>
    public double Http2Share => Http2Clients == 0 ? 0 : 1 - Http1Part;

    /// <summary>
    /// Three in five requests over HTTP/1.1, about five a second on each connection, and one in ten (of all) a shopper's, two a second for each; the rest over four HTTP/2 connections.
    /// </summary>
    /// <param name="rate">Requests per second.</param>
    /// <param name="http2">False: everything over HTTP/1.1.</param>
    public static LoadPlan ForShop(int rate, bool http2) => new()
    {
        Rate = rate,
        Http1Clients = Math.Clamp((int)Math.Ceiling(rate * (http2 ? Http1Part : 1) / 5), 4, 500),
        Shoppers = Math.Clamp((int)Math.Ceiling(rate * CartPart / 2), 2, 100),
        Http2Clients = http2 ? 4 : 0,
        Http2Lanes = Math.Clamp((int)Math.Ceiling(rate * (1 - Http1Part) / 4 / 5), 1, 90),
        RequestsOfShortLivedConnection = 20,
        EventReaders = 6,
        WebSocketReaders = 6,
        SignalRClients = 4,
        Mix = RequestMix.Shop,
    };

    /// <summary>400 keep-alive clients that make two requests a second each: most of the time every connection is idle, and may be closed.</summary>
    public static LoadPlan Hard(int rate) => new()
    {
        Rate = rate,
        Http1Clients = Math.Max(1, rate / 2),
        Shoppers = 0,
        Http2Clients = 0,
        Http2Lanes = 0,
        EventReaders = 0,
        WebSocketReaders = 0,
        SignalRClients = 0,
        Mix = RequestMix.Quick,
    };
}
