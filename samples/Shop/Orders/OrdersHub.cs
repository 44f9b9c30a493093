using Microsoft.AspNetCore.SignalR;

namespace Shop;

/// <summary>Orders over SignalR. Nothing here knows about drains: Graceful tells the clients to go and to reconnect elsewhere.</summary>
internal sealed class OrdersHub(OrderJournal journal, ShopIdentity shop) : Hub
{
    public async Task<OrderPlaced> Place(string item)
    {
        if (string.IsNullOrWhiteSpace(item) || item.Length > 100)
        {
            throw new HubException("An item has a name of 1 to 100 characters.");
        }

        var order = journal.Add(item, items: 1);
        var placed = new OrderPlaced(order.Id, item, shop.Version, shop.Instance);
        await Clients.All.SendAsync("orderPlaced", placed, Context.ConnectionAborted);
        return placed;
    }
}
