using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Graceful;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Shop;

internal static class PriceEndpoints
{
    public static void MapPrices(this WebApplication app)
    {
        // A stream has no end of its own. DrainMode.Cancel fires the request's token at drain: the loop ends, the body ends, and
        // the browser comes back at once, to another instance, with the last id it saw.
        app.MapGet("/events", Events).OnDrain(DrainMode.Cancel);

        app.MapGet("/ws/prices", PriceSocket.RunAsync).OnDrain(DrainMode.Cancel);
    }

    private static ServerSentEventsResult<PriceTick> Events(
        PriceFeed feed, HttpResponse response, [FromHeader(Name = "Last-Event-ID")] long? lastEventId, CancellationToken stop)
    {
        response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back
        return TypedResults.ServerSentEvents(EventsAsync(feed, lastEventId, stop));
    }

    private static async IAsyncEnumerable<SseItem<PriceTick>> EventsAsync(
        PriceFeed feed, long? after, [EnumeratorCancellation] CancellationToken stop)
    {
        TimeSpan? retry = TimeSpan.FromMilliseconds(250); // said once; a browser's own default is seconds
        await foreach (var tick in feed.ReadAsync(after, stop))
        {
            yield return new SseItem<PriceTick>(tick, "price") { EventId = $"{tick.Seq}", ReconnectionInterval = retry };
            retry = null;
        }
    }
}
