using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>One handler behind the gate, and middleware in front of it.</summary>
internal static class GateApp
{
    public static Task<SessionApp> StartAsync(
        ProbeStore store, RequestDelegate handler, Func<HttpContext, Func<Task>, Task>? outside = null, Action<WebApplication>? before = null, Action<WebApplication>? behind = null,
        Action<SessionStateOptions>? options = null) => SessionApp.StartAsync(
        store,
        a =>
        {
            behind?.Invoke(a);
            a.Map("/fine", () => "fine");
            a.Map("/error", () => Results.Text("the page for errors", statusCode: 500));
            a.Map("/", handler);
        },
        options,
        before: a =>
        {
            before?.Invoke(a);
            if (outside is not null)
            {
                a.Use((c, next) => outside(c, () => next(c)));
            }
        });

    public static void AllowSync(HttpContext context) => context.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;

    public static HttpContext Set(HttpContext context)
    {
        context.Session.SetString("text", "a");
        return context;
    }
}
