using System.Net;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>Sessions of connections that stay open.</summary>
public sealed class SessionConnectionTests
{
    private readonly ProbeStore _store = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WebSocket_ReadsItsSession_CannotWriteIt_AndKeepsItAlive(bool http2)
    {
        var said = new TaskCompletionSource<string>();
        await using var app = await SessionApp.StartAsync(
            _store, a => Map(a, said), o => o.TouchInterval = TimeSpan.FromMilliseconds(200), before: a => a.UseWebSockets());
        var cookies = new CookieContainer();
        using var browser = app.Browser(cookies);
        await browser.GetAsync("/write?v=a");
        using var socket = WebSockets.Create(http2);
        socket.Options.SetRequestHeader("Cookie", cookies.GetCookieHeader(browser.BaseAddress!));

        await WebSockets.ConnectAsync(socket, app.Test, http2, "/ws");

        Assert.Equal("a; The session cannot be changed any more: the response has begun.", await said.Task.Within("the session"));
        var before = _store.Touched;
        await Eventually.True(() => _store.Touched > before + 1, "the session is kept alive while the connection is open");
        Assert.Single(_store.Commits);
    }

    [Fact]
    public async Task WebSocket_IsClosed_ItsSessionIsTouchedNoMore()
    {
        await using var app = await SessionApp.StartAsync(_store, a => Map(a, new TaskCompletionSource<string>()), before: a => a.UseWebSockets());
        var cookies = new CookieContainer();
        using var browser = app.Browser(cookies);
        await browser.GetAsync("/write?v=a");
        var connected = app.Test.App.Services.GetRequiredService<ConnectedSessions>();
        using (var socket = WebSockets.Create(http2: false))
        {
            socket.Options.SetRequestHeader("Cookie", cookies.GetCookieHeader(browser.BaseAddress!));
            await WebSockets.ConnectAsync(socket, app.Test, http2: false, "/ws");
            await Eventually.True(() => connected.Count == 1, "the connection's session is known");
        }

        await Eventually.True(() => connected.Count == 0, "it is forgotten");
    }

    [Fact]
    public async Task Exit_SendsTheTouchesThatArePending()
    {
        await using var app = await SessionApp.StartAsync(_store, a => Map(a, new TaskCompletionSource<string>()));
        using var browser = app.Browser();
        await browser.GetAsync("/write?v=a");

        // Another instance would touch it: this one has just written.
        await using var other = await SessionApp.StartAsync(_store, a => Map(a, new TaskCompletionSource<string>()));
        using var again = new HttpClient { BaseAddress = other.Test.Http };
        again.DefaultRequestHeaders.Add("Cookie", await CookieAsync(app));
        await again.GetAsync("/read");

        await other.Test.ExitAsync();

        Assert.True(_store.Touched > 0);
    }

    private static async Task<string> CookieAsync(SessionApp app)
    {
        var cookies = new CookieContainer();
        using var browser = app.Browser(cookies);
        await browser.GetAsync("/write?v=b");
        return cookies.GetCookieHeader(browser.BaseAddress!);
    }

    private static void Map(WebApplication app, TaskCompletionSource<string> said)
    {
        app.MapGet("/write", (HttpContext c, string v) => c.Session.SetString("text", v));
        app.MapGet("/read", (HttpContext c) => c.Text("text"));
        app.Map("/ws", async (HttpContext c) =>
        {
            using var socket = await c.WebSockets.AcceptWebSocketAsync();
            var text = c.Session.GetString("text");
            said.TrySetResult($"{text}; {Assert.Throws<InvalidOperationException>(() => c.Session.SetString("text", "b")).Message}");
            var buffer = new byte[10];
            await socket.ReceiveAsync(buffer, c.RequestAborted);
        });
    }
}
