using System.Net;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Graceful.AspNetCore.Tests.Sessions;

internal sealed record Cart(int Items, string? Note = null);

/// <summary>An application with sessions in a store of the test, and browsers for it.</summary>
internal sealed class SessionApp : IAsyncDisposable
{
    /// <summary>The same key ring for all instances.</summary>
    private static readonly IDataProtectionProvider Keys = new EphemeralDataProtectionProvider();

    private SessionApp(TestApp test) => Test = test;

    public TestApp Test { get; }

    public static async Task<SessionApp> StartAsync(
        ISessionStateStore store, Action<WebApplication> map, Action<SessionStateOptions>? options = null, Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? before = null,
        bool warmUp = false)
    {
        var test = await TestApp.StartAsync(
            app =>
            {
                before?.Invoke(app);
                app.UseSession();
                map(app);
            },
            configure: builder =>
            {
                builder.Services.AddSingleton(store);
                builder.Services.AddSingleton(Keys);
                builder.AddGraceful().AddSession(o =>
                {
                    // A loaded machine is slow, not broken: who tests the limit sets it.
                    o.Timeout = TimeSpan.FromSeconds(10);
                    options?.Invoke(o);
                });
                if (!warmUp)
                {
                    // Most tests count every call.
                    builder.Services.Remove(builder.Services.Single(d => d.ImplementationType == typeof(SessionWarmUp)));
                }

                configure?.Invoke(builder);
            });
        return new SessionApp(test);
    }

    /// <param name="cookies">Shared with another browser's window, or with another instance.</param>
    public HttpClient Browser(CookieContainer? cookies = null) =>
        new(new SocketsHttpHandler { CookieContainer = cookies ?? new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = Test.Http, Timeout = Eventually.Patience };

    public static string? SetCookie(HttpResponseMessage response) => response.Headers.TryGetValues("Set-Cookie", out var values) ? string.Join('|', values) : null;

    public ValueTask DisposeAsync() => Test.DisposeAsync();
}

internal static class SessionText
{
    public static IResult Text(this HttpContext context, string name) => Results.Text(context.Session.GetString(name) ?? "-");
}
