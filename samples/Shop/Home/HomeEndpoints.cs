using Graceful;

namespace Shop;

internal static class HomeEndpoints
{
    private const int LongestWait = 60_000;

    public static void MapHome(this WebApplication app)
    {
        app.MapGet("/", (HomePage page, HttpResponse response) =>
        {
            // After a roll the next reload must show the new version.
            response.Headers.CacheControl = "no-store";
            return TypedResults.Bytes(page.Html, "text/html; charset=utf-8");
        });

        // With the level at which the fleet writes orders now: it rises after a roll, and not before.
        app.MapGet("/api/version", (ShopIdentity shop, ICompatibility compatibility) => VersionAnswer.From(shop, compatibility[OrderFormat.Contract].Active));

        // An ordinary request, only long: a drain waits for it.
        app.MapGet("/api/slow", async (int? ms, ShopIdentity shop, CancellationToken aborted) =>
        {
            var wait = Math.Clamp(ms ?? 1000, 0, LongestWait);
            await Task.Delay(wait, aborted);
            return new SlowAnswer(wait, shop.Version, shop.Instance);
        });
    }
}
