namespace Shop;

/// <summary>What a browser sends.</summary>
internal sealed record CartAddition(string Item, int Quantity = 1);

/// <summary>What it is told, by every version alike: how a cart is kept is the shop's affair.</summary>
internal sealed record CartAnswer(Dictionary<string, int> Items, string? User, string Version, string Instance);

internal sealed record AccountAnswer(string? User, DateTimeOffset? Since, string Version, string Instance);

/// <summary>Who is logged in. Kept in the session beside the cart, under a key of its own.</summary>
internal sealed record Account(string User, DateTimeOffset Since);
