using Graceful;

namespace Shop;

/// <summary>
/// What the session holds, version by version. The cart is written in the form that the level of the contract allows: as long as an instance of version 1 lives, version 2 writes what that one can read.
/// </summary>
internal static class SessionFormat
{
    public const string Contract = "session";
    public const string CartKey = "cart";
    public const string AccountKey = "account";

#if SHOP_V2
    public static void Declare(CompatibilityBuilder contracts) => contracts.Contract(Contract).Supports(1, 2);

    public static void Describe(SessionStateOptions session)
    {
        session.AddSchema(CartKey, 2, ShopJson.Default.Cart)
            .Upcast(1, ShopJson.Default.CartV1, Cart.From)
            .Downcast(1, ShopJson.Default.CartV1, cart => cart.ToV1());
        session.AddSchema(AccountKey, 1, ShopJson.Default.Account);
    }
#else
    public static void Declare(CompatibilityBuilder contracts) => contracts.Contract(Contract).Supports(1, 1);

    public static void Describe(SessionStateOptions session)
    {
        session.AddSchema(CartKey, 1, ShopJson.Default.Cart);
        session.AddSchema(AccountKey, 1, ShopJson.Default.Account);
    }
#endif
}
