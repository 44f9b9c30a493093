using System.Text.Json.Serialization;

namespace Shop;

#if SHOP_V2
/// <summary>The cart as this version keeps it: lines, in the order in which they were begun.</summary>
internal sealed record Cart(IReadOnlyList<CartLine> Lines)
{
    public static Cart Empty { get; } = new([]);

    [JsonIgnore]
    public Dictionary<string, int> Quantities => Lines.ToDictionary(l => l.Item, l => l.Quantity);

    /// <summary>Version 1 does not know when.</summary>
    public static Cart From(CartV1 old) => new([.. old.Items.Select(i => new CartLine(i.Key, i.Value, AddedAt: null))]);

    public CartV1 ToV1() => new(Quantities);

    public Cart Add(string item, int quantity, DateTimeOffset now) => Lines.Any(l => l.Item == item)
        ? new([.. Lines.Select(l => l.Item == item ? l with { Quantity = l.Quantity + quantity } : l)])
        : new([.. Lines, new CartLine(item, quantity, now)]);
}

internal sealed record CartLine(string Item, int Quantity, DateTimeOffset? AddedAt);

/// <summary>The cart as version 1 keeps it.</summary>
internal sealed record CartV1(Dictionary<string, int> Items);
#else
/// <summary>The cart as this version keeps it: how many of what.</summary>
internal sealed record Cart(Dictionary<string, int> Items)
{
    public static Cart Empty { get; } = new([]);

    [JsonIgnore]
    public Dictionary<string, int> Quantities => Items;

    /// <summary>A new cart: this one may be needed once more, when somebody else has written meanwhile.</summary>
    public Cart Add(string item, int quantity, DateTimeOffset _) => new(new Dictionary<string, int>(Items) { [item] = Items.GetValueOrDefault(item) + quantity });
}
#endif
