using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Graceful.AspNetCore.Tests.Testing;

/// <summary>Server-Sent Events, both sides.</summary>
internal static class EventStream
{
    public static async Task EndlessAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        for (var i = 0; ; i++)
        {
            await context.Response.WriteAsync($"data: {i}\n\n", context.RequestAborted);
            await Task.Delay(20, context.RequestAborted);
        }
    }

    public static async Task StartAsync(RawClient client, string path)
    {
        await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n");
        Assert.Equal(200, (await client.ReadHeadAsync()).Status);
        Assert.StartsWith("data:", await client.ReadChunkAsync(), StringComparison.Ordinal);
    }

    /// <returns>Whether the terminating chunk came.</returns>
    public static async Task<bool> ReadToEndAsync(RawClient client)
    {
        var start = Stopwatch.GetTimestamp();
        while (await client.ReadChunkAsync() is { } chunk)
        {
            if (chunk.Length == 0)
            {
                return true;
            }

            Assert.True(Stopwatch.GetElapsedTime(start) < Eventually.Patience, "the stream does not end");
        }

        return false;
    }
}
