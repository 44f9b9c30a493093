using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful;

/// <summary>The answer to a request whose session cannot be had (to HEAD the server sends no body). Outermost, and for applications that handle exceptions themselves as one of their handlers.</summary>
internal sealed class SessionRefusal : IStartupFilter, IExceptionHandler
{
    private static readonly byte[] Unavailable = Encoding.UTF8.GetBytes(
        """{"type":"urn:graceful:session-unavailable","title":"The session is not available at the moment.","status":503,"detail":"Nothing was changed that was not acknowledged: try again."}""");

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(Before);
        next(app);
    };

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // The middleware that asks has looked whether the response has begun.
        if (exception is not SessionStoreException)
        {
            return false;
        }

        await AnswerAsync(httpContext).ConfigureAwait(false);
        return true;
    }

    /// <summary>Replaces the response at the gate.</summary>
    public static async Task WriteAsync(IHttpResponseFeature response, IHttpResponseBodyFeature body, StateSession session)
    {
        response.Headers.Clear();
        response.ReasonPhrase = null;
        session.KeepCookie();
        if (session.RefusedAs != StatusCodes.Status503ServiceUnavailable)
        {
            response.StatusCode = session.RefusedAs;
            response.Headers.ContentLength = 0;
        }
        else
        {
            SetHead(response);
            await body.Stream.WriteAsync(Unavailable, CancellationToken.None).ConfigureAwait(false);
        }

        await body.CompleteAsync().ConfigureAwait(false);
    }

    private static RequestDelegate Before(RequestDelegate next) => async context =>
    {
        try
        {
            await next(context).ConfigureAwait(false);
            Gate(context)?.Release();
        }
        catch (SessionStoreException) when (Gate(context)?.WasRefused == true)
        {
            // Answered already.
        }
        catch (SessionStoreException) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context).ConfigureAwait(false);
        }
    };

    private static ResponseGate? Gate(HttpContext context) => context.Features.Get<IHttpResponseFeature>() as ResponseGate;

    private static Task AnswerAsync(HttpContext context)
    {
        Gate(context)?.Discard();
        context.Response.Clear();
        SetHead(context.Features.GetRequiredFeature<IHttpResponseFeature>());
        return context.Response.Body.WriteAsync(Unavailable, CancellationToken.None).AsTask();
    }

    private static void SetHead(IHttpResponseFeature response)
    {
        response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        response.Headers.RetryAfter = "1";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentType = ProblemResponse.ContentType;
        response.Headers.ContentLength = Unavailable.Length;
    }
}
