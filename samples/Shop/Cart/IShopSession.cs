namespace Shop;

/// <summary>
/// Cart and account in the session of a request. An interface because this shop can be run without the library, to see what it is good for (<see cref="PlainShopSession"/>); an app of yours calls the
/// session itself, as <see cref="ShopSession"/> does.
/// </summary>
internal interface IShopSession
{
    ValueTask<Cart> CartAsync(HttpContext http);

    ValueTask<Account?> AccountAsync(HttpContext http);

    /// <returns>The cart after it.</returns>
    ValueTask<Cart> AddAsync(HttpContext http, CartAddition addition);

    ValueTask LogInAsync(HttpContext http, string user);

    ValueTask LogOutAsync(HttpContext http);
}
