namespace Shop;

/// <summary>One price. The number and the price are the same on every instance.</summary>
internal sealed record PriceTick(long Seq, string Version, string Instance, double Price);
