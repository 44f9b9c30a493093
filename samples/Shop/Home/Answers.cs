namespace Shop;

#if SHOP_V2
internal sealed record VersionAnswer(string Version, string Instance, int Level, DateOnly Released)
{
    public static VersionAnswer From(ShopIdentity shop, int level) => new(shop.Version, shop.Instance, level, new DateOnly(2026, 11, 1));
}
#else
internal sealed record VersionAnswer(string Version, string Instance, int Level)
{
    public static VersionAnswer From(ShopIdentity shop, int level) => new(shop.Version, shop.Instance, level);
}
#endif

internal sealed record SlowAnswer(int Waited, string Version, string Instance);
