namespace Shop;

#if SHOP_V2
internal sealed record VersionAnswer(string Version, string Instance, DateOnly Released)
{
    public static VersionAnswer From(ShopIdentity shop) => new(shop.Version, shop.Instance, new DateOnly(2026, 11, 1));
}
#else
internal sealed record VersionAnswer(string Version, string Instance)
{
    public static VersionAnswer From(ShopIdentity shop) => new(shop.Version, shop.Instance);
}
#endif

internal sealed record SlowAnswer(int Waited, string Version, string Instance);
