using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
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
/// A second, small Kestrel for the probes alone. It reads no configuration (or it would bind the main port too), is there before the first
/// hosted service starts, and answers until the host is disposed, when the main server has long stopped listening.
/// </summary>
internal sealed partial class ProbeListener(
    ProbeResponder responder, DrainEndpoint drain, ProbeOptions options, IHostEnvironment environment, ILogger<ProbeListener> logger)
    : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private KestrelServer? _server;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Its own events would be taken for the main server's.
        var server = new KestrelServer(
            Options.Create(new KestrelServerOptions { AddServerHeader = false }),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
        server.Options.Limits.MaxRequestBodySize = 1024;
        server.Options.ListenAnyIP(options.Port, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        try
        {
            await server.StartAsync(this, cancellationToken).ConfigureAwait(false);
            _server = server;
            Log.Listening(logger, options.Port);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException or SocketException)
        {
            server.Dispose();
            if (!environment.IsDevelopment())
            {
                throw new InvalidOperationException(
                    $"Graceful:Probes:Port = {options.Port} is in use; choose a free port, or 0 for no probe listener.", exception);
            }

            Log.PortBusy(logger, options.Port);
        }
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context) => context.Request.Path.Value switch
    {
        ProbePaths.Startup => responder.RespondAsync(context, ProbeKind.Startup, trustLoopback: true),
        ProbePaths.Readiness => responder.RespondAsync(context, ProbeKind.Readiness, trustLoopback: true),
        ProbePaths.Liveness => responder.RespondAsync(context, ProbeKind.Liveness, trustLoopback: true),
        ProbePaths.Drain => drain.RespondAsync(context),
        _ => NotFound(context),
    };

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // Nothing was taken for the request.
    }

    public async ValueTask DisposeAsync()
    {
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

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(210, LogLevel.Information, "Probes listen on port {Port}", EventName = "ProbesListening")]
        public static partial void Listening(ILogger logger, int port);

        [LoggerMessage(211, LogLevel.Warning, "The probe port {Port} is in use; there are no probes (outside Development this stops the start)", EventName = "ProbePortBusy")]
        public static partial void PortBusy(ILogger logger, int port);
    }
}
