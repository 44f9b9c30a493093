using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Builder;

namespace Graceful.AspNetCore.Tests.Draining;

public class MaxAgeTests
{
    [Fact]
    public async Task ConnectionPastItsAge_IsClosedOnAResponse()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/", () => "ok"), o => o.Connections.MaxAge = TimeSpan.FromSeconds(2));
        await using var client = await RawClient.ConnectAsync(test.Http);
        Assert.False((await client.GetAsync("/")).SaysClose);

        await Eventually.True(async () => (await client.GetAsync("/")).SaysClose, "Connection: close");

        Assert.Equal(ConnectionEnd.Clean, await client.ReadToEndAsync());
        Assert.Equal(InstancePhase.Ready, test.Lifecycle.Phase);
    }

    [Fact]
    public async Task Http2ConnectionPastItsAge_GetsGoAway()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/", () => "ok"), o => o.Connections.MaxAge = TimeSpan.FromMilliseconds(1));
        await using var client = await RawHttp2Client.ConnectAsync(test.Https);
        await client.GetAsync("/", 1);
        await client.EndOfAsync(1);

        await Eventually.True(() => client.Frames.Any(f => f.Type == FrameType.GoAway), "GOAWAY");
    }

    [Fact]
    public async Task Unset_NeverCloses()
    {
        await using var test = await TestApp.StartAsync(app => app.MapGet("/", () => "ok"));
        await using var client = await RawClient.ConnectAsync(test.Http);
        for (var i = 0; i < 100; i++)
        {
            Assert.False((await client.GetAsync("/")).SaysClose);
        }
    }
}
