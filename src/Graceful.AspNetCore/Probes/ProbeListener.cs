using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Graceful;

/// <summary>
/// A second, small Kestrel for the probes alone. It reads no configuration (or it would bind the main port too), its port is open before
/// the first hosted service starts, and it answers until the host is disposed, when the main server has long stopped listening.
/// </summary>
internal sealed partial class ProbeListener(
    Lazy<ProbeResponder> responder, DrainEndpoint drain, ProbeOptions options, IHostEnvironment environment, TimeProvider time, ILogger<ProbeListener> logger)
    : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private const int Backlog = 512;

    /// <summary>A start that takes longer than this is slow anyhow, and whoever watches it wants answers.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private Socket? _socket;
    private ITimer? _late;
    private Task _serving = Task.CompletedTask;
    private KestrelServer? _server;

    /// <summary>
    /// Opens the port, or says why it cannot; from then on the system accepts connections. They are answered when the application has started
    /// (<see cref="ServeAsync"/>), or a moment later: its first request must not wait for this server.
    /// </summary>
    public void Open()
    {
        _socket = Bind();
        if (_socket is not null)
        {
            _late = time.CreateTimer(static listener => _ = ((ProbeListener)listener!).ServeAsync(), this, LongestSilence, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Answers from now on. Calling it again joins the first call.</summary>
    public Task ServeAsync()
    {
        lock (_lock)
        {
            if (_socket is { } socket)
            {
                _socket = null;
                _late?.Dispose();
                _serving = StartServerAsync(socket);
            }

            return _serving;
        }
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context) => context.Request.Path.Value switch
    {
        ProbePaths.Startup => responder.Value.RespondAsync(context, ProbeKind.Startup, trustLoopback: true),
        ProbePaths.Readiness => responder.Value.RespondAsync(context, ProbeKind.Readiness, trustLoopback: true),
        ProbePaths.Liveness => responder.Value.RespondAsync(context, ProbeKind.Liveness, trustLoopback: true),
        ProbePaths.Drain => drain.RespondAsync(context),
        _ => NotFound(context),
    };

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // Nothing was taken for the request.
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _late?.Dispose();
            _socket?.Dispose();
            _socket = null;
        }

        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_server is { } server)
        {
            _server = null;

            // An orchestrator's keep-alive connection must not delay the exit.
            using var now = new CancellationTokenSource();
            await now.CancelAsync().ConfigureAwait(false);
            await server.StopAsync(now.Token).ConfigureAwait(false);
            server.Dispose();
        }
    }

    private Socket? Bind()
    {
        try
        {
            return Listen(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            if (!environment.IsDevelopment())
            {
                throw new InvalidOperationException(
                    $"Graceful:Probes:Port = {options.Port} is in use; choose a free port, or 0 for no probe listener.", exception);
            }

            Log.PortBusy(logger, options.Port.ToString(CultureInfo.InvariantCulture));
            return null;
        }
        catch (SocketException exception)
        {
            throw new InvalidOperationException($"Graceful:Probes:Port = {options.Port} cannot be listened on: {exception.Message}.", exception);
        }
    }

    private Socket Listen(IPAddress address)
    {
        Socket? socket = null;
        try
        {
            // With IPv6 the socket serves both families.
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(new IPEndPoint(address, options.Port));
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException exception)
        {
            socket?.Dispose();
            if (address.AddressFamily == AddressFamily.InterNetworkV6
                && exception.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
            {
                // The system knows IPv6, but has it switched off.
                return Listen(IPAddress.Any);
            }

            throw;
        }
    }

    private Task StartServerAsync(Socket socket)
    {
        try
        {
            return CreateServer(socket).StartAsync(this, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The caller may be a timer: what cannot be created fails the start, not the process.
            socket.Dispose();
            return Task.FromException(exception);
        }
    }

    private KestrelServer CreateServer(Socket socket)
    {
        // What the probes ask is created here, and not on the way to the first request.
        _ = responder.Value;
        Log.Listening(logger, options.Port.ToString(CultureInfo.InvariantCulture));

        // Its own events would be taken for the main server's.
        var transport = new SocketTransportOptions { CreateBoundListenSocket = _ => socket, Backlog = Backlog };
        _server = new KestrelServer(
            Options.Create(new KestrelServerOptions { AddServerHeader = false }),
            new SocketTransportFactory(Options.Create(transport), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
        _server.Options.Limits.MaxRequestBodySize = 1024;

        // The socket is bound already: this only names it, and an IPv4 address needs no code that is not compiled yet.
        _server.Options.Listen(IPAddress.Any, options.Port, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        return _server;
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static partial class Log
    {
        // Text for a number: see InstanceLifecycle's log.
        [LoggerMessage(210, LogLevel.Information, "Probes listen on port {Port}", EventName = "ProbesListening")]
        public static partial void Listening(ILogger logger, string port);

        [LoggerMessage(211, LogLevel.Warning, "The probe port {Port} is in use; there are no probes (outside Development this stops the start)", EventName = "ProbePortBusy")]
        public static partial void PortBusy(ILogger logger, string port);
    }
}
