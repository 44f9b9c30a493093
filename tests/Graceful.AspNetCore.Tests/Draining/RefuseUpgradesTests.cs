using System.Net;
using System.Net.WebSockets;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Graceful.AspNetCore.Tests.Draining;

public class RefuseUpgradesTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NewUpgrade_IsServedInTheLameDuck_AndRefusedAfterIt(bool http2)
    {
        var gate = new Gate();
        await using var test = await TestApp.StartAsync(
            app =>
            {
                app.UseWebSockets();
                app.Map("/ws", WebSockets.ReceiveAsync).OnDrain(DrainMode.Cancel);
                app.MapGet("/hold", () => gate.PassAsync());
            },
            o => o.Drain.PropagationDelay = TimeSpan.FromSeconds(2));
        await using var holder = await RawClient.ConnectAsync(test.Http);
        var held = holder.GetAsync("/hold");
        await gate.EnteredAsync();
        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.LameDuck);
        using (var early = await WebSockets.ConnectAsync(test, http2))
        {
            Assert.Equal(WebSocketState.Open, early.State);
            await WebSockets.ReceiveToCloseAsync(early, test);
        }

        await Eventually.True(() => test.Lifecycle.Phase == InstancePhase.Draining, "the drain");
        using var late = WebSockets.Create(http2);
        late.Options.CollectHttpResponseDetails = true;

        await Assert.ThrowsAsync<WebSocketException>(() => WebSockets.ConnectAsync(late, test, http2, "/ws"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, late.HttpStatusCode);
        Assert.Equal("1", Assert.Single(late.HttpResponseHeaders!["Retry-After"]));

        // HTTP/2 knows no Connection field: Kestrel would take it away, with a warning.
        Assert.Empty(test.Log.Named("InvalidResponseHeaderRemoved"));
        gate.Open();
        await held;
        Assert.True((await drain).IsClean);
    }

    [Theory]
    [InlineData("h2c")]
    [InlineData("TLS/1.0")]
    public async Task RequestThatOnlyOffersAnotherProtocol_IsServedWhileDraining(string offer)
    {
        var gate = new Gate();
        await using var test = await TestApp.StartAsync(app =>
        {
            app.MapGet("/", () => "ok");
            app.MapGet("/hold", () => gate.PassAsync());
        });
        await using var holder = await RawClient.ConnectAsync(test.Http);
        var held = holder.GetAsync("/hold");
        await gate.EnteredAsync();
        var drain = test.DrainAsync();
        await test.PhaseAsync(InstancePhase.Draining);

        // What Java's HttpClient and curl --http2 send with every first request in clear text.
        await using var client = await RawClient.ConnectAsync(test.Http);
        var response = await client.GetAsync("/", $"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: {offer}\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n");

        Assert.Equal((200, "ok"), (response.Status, response.Body));
        gate.Open();
        await held;
        await drain;
    }
}
