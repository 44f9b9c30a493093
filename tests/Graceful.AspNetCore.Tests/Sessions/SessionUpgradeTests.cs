using System.Net;
using System.Net.WebSockets;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.AspNetCore.Tests.Sessions;

/// <summary>A connection that stays begins when the session is stored, and not at all when it cannot be.</summary>
public sealed class SessionUpgradeTests
{
    public static TheoryData<bool, bool> Ways => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task FailedCommit_IsAnsweredWith503_AndNotUpgraded(bool http2, bool socketsFirst)
    {
        var store = new ProbeStore { Fails = true };
        var went = new TaskCompletionSource<Exception?>();
        await using var app = await StartAsync(store, went, socketsFirst);
        using var socket = WebSockets.Create(http2);
        socket.Options.CollectHttpResponseDetails = true;

        await Assert.ThrowsAsync<WebSocketException>(() => WebSockets.ConnectAsync(socket, app.Test, http2, "/ws"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, socket.HttpStatusCode);
        Assert.Equal("1", Assert.Single(socket.HttpResponseHeaders!["Retry-After"]));
        Assert.DoesNotContain("Set-Cookie", socket.HttpResponseHeaders!.Keys);
        Assert.DoesNotContain("X-Application", socket.HttpResponseHeaders.Keys);
        Assert.IsType<SessionStoreException>(await went.Task.Within("the handler"));
        Assert.DoesNotContain(app.Test.Log.Lines, l => l.Text.Contains("unhandled", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Upgrade_BeginsWhenTheSessionIsStored(bool http2, bool socketsFirst)
    {
        var gate = new Gate();
        var store = new ProbeStore { BeforeCommit = _ => gate.PassAsync() };
        var went = new TaskCompletionSource<Exception?>();
        await using var app = await StartAsync(store, went, socketsFirst);
        using var socket = WebSockets.Create(http2);
        socket.Options.CollectHttpResponseDetails = true;

        var connect = WebSockets.ConnectAsync(socket, app.Test, http2, "/ws");
        await gate.EnteredAsync();
        Assert.False(connect.IsCompleted);
        gate.Open();
        await connect;

        Assert.Contains(".AspNetCore.Session=", Assert.Single(socket.HttpResponseHeaders!["Set-Cookie"]));
        Assert.Equal("yes", Assert.Single(socket.HttpResponseHeaders["X-Application"]));
        Assert.Null(await went.Task.Within("the handler"));
        Assert.Single(store.Commits);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OtherProtocol_IsUpgradedOrRefusedLikewise(bool fails)
    {
        var store = new ProbeStore { Fails = fails };
        await using var app = await StartAsync(store, new(), socketsFirst: false);
        await using var client = await RawClient.ConnectAsync(app.Test.Http);
        await client.SendAsync("GET /raw HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");

        if (fails)
        {
            var refused = await client.ReadResponseAsync();
            Assert.Equal((503, "1", true), (refused.Status, refused.Headers["Retry-After"], refused.IsComplete));
            Assert.Contains("session-unavailable", refused.Body);
        }
        else
        {
            Assert.Equal(101, (await client.ReadHeadAsync()).Status);
            Assert.Single(store.Commits);
        }
    }

    [Fact]
    public async Task RequestThatCannotBeUpgraded_IsToldSo_AndMayStillWrite()
    {
        var store = new ProbeStore();
        await using var app = await StartAsync(store, new(), socketsFirst: true);
        await using var client = await RawClient.ConnectAsync(app.Test.Http);

        // An offer to upgrade, but to no WebSocket.
        var response = await client.GetAsync("/not", "Connection: Upgrade\r\nUpgrade: echo\r\n");

        Assert.Equal((200, "written"), (response.Status, response.Body));
        Assert.Single(store.Commits);
    }

    private static Task<SessionApp> StartAsync(ProbeStore store, TaskCompletionSource<Exception?> went, bool socketsFirst) => SessionApp.StartAsync(
        store,
        a =>
        {
            if (!socketsFirst)
            {
                a.UseWebSockets();
            }

            a.Map("/ws", async (HttpContext c) =>
            {
                c.Response.Headers["X-Application"] = "yes";
                c.Session.SetString("text", "a");
                try
                {
                    using var socket = await c.WebSockets.AcceptWebSocketAsync();
                    went.TrySetResult(null);
                    await socket.ReceiveAsync(new byte[10], c.RequestAborted);
                }
                catch (Exception e)
                {
                    went.TrySetResult(e);
                    throw;
                }
            });
            a.MapGet("/raw", async (HttpContext c) =>
            {
                c.Session.SetString("text", "a");
                await (await c.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync()).DisposeAsync();
            });
            a.MapGet("/not", async (HttpContext c) =>
            {
                await Assert.ThrowsAsync<InvalidOperationException>(() => c.WebSockets.AcceptWebSocketAsync());
                c.Session.SetString("text", "a");
                return "written";
            });
        },
        before: a =>
        {
            if (socketsFirst)
            {
                a.UseWebSockets();
            }
        });
}
