namespace Shop;

internal static class OrderEndpoints
{
    private const int LongestWait = 60_000;

    public static void MapOrders(this WebApplication app)
    {
        app.MapHub<OrdersHub>("/hubs/orders");

        app.MapPost("/api/checkout", async (CheckoutRequest? request, int? ms, OrderJournal journal, ShopIdentity shop, CancellationToken aborted) =>
        {
            // The payment provider takes its time.
            await Task.Delay(Math.Clamp(ms ?? Random.Shared.Next(50, 301), 0, LongestWait), aborted);
            var items = request?.Items ?? 1;
            var order = journal.Add($"{items} items", items);
            return new CheckoutAnswer(order.Id, shop.Version, shop.Instance);
        });
    }
}
