namespace Graceful.RollingUpdate;

/// <summary>Which requests come how often.</summary>
internal sealed class RequestMix(params (int Weight, ShopRequest Request)[] parts)
{
    private readonly int _total = parts.Sum(p => p.Weight);

    /// <summary>The mix of a shop: many quick reads, checkouts of 50 to 300 ms, a few slow answers and pages.</summary>
    public static RequestMix Shop { get; } = new(
        (60, ShopRequest.Version), (25, ShopRequest.Checkout), (10, ShopRequest.Slow), (5, ShopRequest.Page));

    /// <summary>The hard case's: short requests only, so that 400 clients make 800 a second.</summary>
    public static RequestMix Quick { get; } = new((70, ShopRequest.Version), (30, ShopRequest.QuickCheckout));

    public ShopRequest Next(Random random)
    {
        var at = random.Next(_total);
        return parts.First(p => (at -= p.Weight) < 0).Request;
    }
}
