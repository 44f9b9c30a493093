using Graceful;

namespace Shop;

/// <summary>Cart and account in a session that outlives the instance and the version.</summary>
internal sealed class ShopSession(TimeProvider time) : IShopSession
{
    public async ValueTask<Cart> CartAsync(HttpContext http) => await http.Session.GetAsync<Cart>(SessionFormat.CartKey, http.RequestAborted) ?? Cart.Empty;

    public ValueTask<Account?> AccountAsync(HttpContext http) => http.Session.GetAsync<Account>(SessionFormat.AccountKey, http.RequestAborted);

    // Compare-and-swap: when another request has changed the cart meanwhile, this addition is made again on what that one left.
    public ValueTask<Cart> AddAsync(HttpContext http, CartAddition addition) => http.Session.UpdateAsync<Cart>(
        SessionFormat.CartKey, cart => (cart ?? Cart.Empty).Add(addition.Item, addition.Quantity, time.GetUtcNow()), http.RequestAborted);

    public async ValueTask LogInAsync(HttpContext http, string user)
    {
        http.Session.Set(SessionFormat.AccountKey, new Account(user, time.GetUtcNow()));
        http.Session.BindUser(user);

        // A new key for the session: whoever has planted the old one in the browser shares nothing with the user.
        await http.Session.RotateIdAsync(SessionRotation.PrivilegeChange, http.RequestAborted);
    }

    public ValueTask LogOutAsync(HttpContext http) => http.Session.AbandonAsync(http.RequestAborted);
}
