using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful;

/// <summary>Runs the handler of an endpoint marked with <c>OnDrain</c> and ends it cleanly when the instance drains.</summary>
internal static class DrainModeHandler
{
    /// <summary>How long a peer gets to answer a close frame before the handler is told to end.</summary>
    private static readonly TimeSpan CloseAnswer = TimeSpan.FromSeconds(1);

    public static RequestDelegate Wrap(RequestDelegate handler, DrainMode mode) => context =>
    {
        var traffic = context.RequestServices.GetService<KestrelTraffic>();

        // SignalR ends its own connections, with its own close message.
        var isHub = context.GetEndpoint()?.Metadata.GetMetadata<HubMetadata>() is not null;
        return traffic is null || isHub ? handler(context) : RunAsync(context, handler, mode, context.RequestServices.GetRequiredService<TimeProvider>(), traffic.DrainToken);
    };

    private static async Task RunAsync(HttpContext context, RequestDelegate handler, DrainMode mode, TimeProvider time, CancellationToken drain)
    {
        var aborted = context.RequestAborted;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        var sockets = context.Features.Get<IHttpWebSocketFeature>() is { IsWebSocketRequest: true } feature ? new ClosingWebSocketFeature(feature) : null;
        if (sockets is not null)
        {
            context.Features.Set<IHttpWebSocketFeature>(sockets);
        }

        var body = context.Features.Get<IHttpResponseBodyFeature>();
        var reset = context.Features.Get<IHttpResetFeature>();
        if (mode == DrainMode.Cancel)
        {
            context.RequestAborted = ended.Token;
            if (body is not null)
            {
                context.Features.Set<IHttpResponseBodyFeature>(new DrainSafeResponseBody(body, new DrainSafeWrites(aborted, ended.Token, drain)));
            }

            if (reset is not null)
            {
                context.Features.Set<IHttpResetFeature>(new DrainSafeReset(reset, aborted, drain));
            }
        }

        using var registration = drain.UnsafeRegister(_ => _ = EndAsync(sockets, ended, time), null);
        try
        {
            await handler(context).ConfigureAwait(false);
        }
        catch (Exception exception) when (drain.IsCancellationRequested && !aborted.IsCancellationRequested && IsOurs(exception, sockets))
        {
            // The handler ended because it was told to: an ordinary end, not a fault.
            if (!context.Response.HasStarted)
            {
                RefuseUpgrades.Answer(context);
            }
        }
        finally
        {
            context.RequestAborted = aborted;
            context.Features.Set(body);
            context.Features.Set(reset);
        }

        if (drain.IsCancellationRequested)
        {
            GrpcUnavailable(context);
        }
    }

    private static async Task EndAsync(ClosingWebSocketFeature? sockets, CancellationTokenSource ended, TimeProvider time)
    {
        if (sockets is not null && await sockets.CloseAsync().ConfigureAwait(false))
        {
            // Cancelling a pending receive tears the socket down: the peer's answer, or a moment for it to come, goes first.
            await Task.Delay(CloseAnswer, time).ConfigureAwait(false);
        }

        try
        {
            await ended.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The handler has returned meanwhile: there is nothing left to end.
        }
    }

    private static bool IsOurs(Exception exception, ClosingWebSocketFeature? sockets) =>
        exception is OperationCanceledException || (exception is WebSocketException && sockets is { IsClosing: true });

    /// <summary>
    /// A gRPC handler that ended on its cancelled token is reported as CANCELLED or UNKNOWN; clients retry UNAVAILABLE. Trailers are sent
    /// after the handler returned, so they can still be put right here.
    /// </summary>
    private static void GrpcUnavailable(HttpContext context)
    {
        const string Status = "grpc-status";
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) != true
            || context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is not { IsReadOnly: false } trailers)
        {
            return;
        }

        var fields = trailers.ContainsKey(Status) || context.Response.HasStarted ? trailers : context.Response.Headers;
        if (fields.TryGetValue(Status, out var value) && value.ToString() is "1" or "2")
        {
            fields[Status] = "14";
            fields["grpc-message"] = "draining";
        }
    }
}
