using Graceful;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Shop;

internal static class CartEndpoints
{
    public static void MapCart(this WebApplication app)
    {
        app.MapGet("/api/cart", async (HttpContext http, IShopSession session, ShopIdentity shop) => Answer(
            await session.CartAsync(http), await session.AccountAsync(http), shop));
        app.MapPost("/api/cart", AddAsync);

        app.MapGet("/api/account", async (HttpContext http, IShopSession session, ShopIdentity shop) =>
        {
            var account = await session.AccountAsync(http);
            return new AccountAnswer(account?.User, account?.Since, shop.Version, shop.Instance);
        }).WithMetadata(new SessionKeysAttribute(SessionFormat.AccountKey)); // of a long cart nothing is transferred

        // Whoever gives a name is believed: this is a shop for trying, and the session is what is tried.
        app.MapPost("/api/login", LogInAsync);
        app.MapPost("/api/logout", async (HttpContext http, IShopSession session, ShopIdentity shop) =>
        {
            await session.LogOutAsync(http);
            return Answer(Cart.Empty, null, shop);
        });
    }

    private static async Task<Results<Ok<CartAnswer>, BadRequest>> AddAsync(CartAddition addition, HttpContext http, IShopSession session, ShopIdentity shop)
    {
        if (addition is not { Item.Length: >= 1 and <= 100, Quantity: >= 1 and <= 1000 })
        {
            return TypedResults.BadRequest();
        }

        var account = await session.AccountAsync(http);
        return TypedResults.Ok(Answer(await session.AddAsync(http, addition), account, shop));
    }

    private static async Task<Results<Ok<CartAnswer>, BadRequest>> LogInAsync(string user, HttpContext http, IShopSession session, ShopIdentity shop)
    {
        if (user is not { Length: >= 1 and <= 100 })
        {
            return TypedResults.BadRequest();
        }

        await session.LogInAsync(http, user);
        return TypedResults.Ok(Answer(await session.CartAsync(http), await session.AccountAsync(http), shop));
    }

    private static CartAnswer Answer(Cart cart, Account? account, ShopIdentity shop) => new(cart.Quantities, account?.User, shop.Version, shop.Instance);
}
