namespace Shop;

internal sealed record CheckoutRequest(int Items = 1);

internal sealed record CheckoutAnswer(Guid Order, string Version, string Instance);

internal sealed record OrderPlaced(Guid Order, string Item, string Version, string Instance);

/// <summary>A line of the journal; how much of it is written depends on the level (<see cref="OrderFormat"/>).</summary>
internal sealed record Order(Guid Id, string What, DateTimeOffset At, string Instance, int? Items = null, int? Level = null);
