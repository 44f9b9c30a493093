using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Session;

namespace Shop;

/// <summary>
/// Cart and account in the session that ASP.NET Core ships, in the same Redis, for <c>Graceful:Enabled=false</c>: written as people write it today. Version 2 takes care to read what version 1 left;
/// what version 1 makes of version 2's carts nobody has thought of. An app of yours has no need of this file.
/// </summary>
internal sealed class PlainShopSession(TimeProvider time) : IShopSession
{
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "AddSession is not meant for native binaries, and those of this shop are not run without the library.")]
    public static void Add(WebApplicationBuilder builder)
    {
        var fleet = builder.Configuration["Graceful:Fleet:Name"];
        if (builder.Configuration["Graceful:Redis:Configuration"] is { Length: > 0 } redis)
        {
            builder.Services.AddStackExchangeRedisCache(options =>
            {
                options.Configuration = redis;
                options.InstanceName = $"{fleet}:";
            });
        }
        else
        {
            builder.Services.AddDistributedMemoryCache();
        }

        // Else the two versions, which lie in two folders, could not read each other's cookies.
        builder.Services.AddDataProtection().SetApplicationName(fleet ?? "shop");
        builder.Services.AddSession();
        builder.Services.AddSingleton<IShopSession, PlainShopSession>();
    }

    public async ValueTask<Cart> CartAsync(HttpContext http)
    {
        await http.Session.LoadAsync(http.RequestAborted);
        return ReadCart(http.Session);
    }

    public async ValueTask<Account?> AccountAsync(HttpContext http)
    {
        await http.Session.LoadAsync(http.RequestAborted);
        return Read(http.Session, SessionFormat.AccountKey, ShopJson.Default.Account);
    }

    public async ValueTask<Cart> AddAsync(HttpContext http, CartAddition addition)
    {
        // Read, change, write: two requests at once read the same, and the second to write wins.
        var cart = (await CartAsync(http)).Add(addition.Item, addition.Quantity, time.GetUtcNow());
        http.Session.Set(SessionFormat.CartKey, JsonSerializer.SerializeToUtf8Bytes(cart, ShopJson.Default.Cart));
        return cart;
    }

    public async ValueTask LogInAsync(HttpContext http, string user)
    {
        // The id stays the same, before and after: there is no call to change it.
        await http.Session.LoadAsync(http.RequestAborted);
        http.Session.Set(SessionFormat.AccountKey, JsonSerializer.SerializeToUtf8Bytes(new Account(user, time.GetUtcNow()), ShopJson.Default.Account));
    }

    public async ValueTask LogOutAsync(HttpContext http)
    {
        await http.Session.LoadAsync(http.RequestAborted);
        http.Session.Clear();
        http.Response.Cookies.Delete(SessionDefaults.CookieName);
    }

    private static Cart ReadCart(ISession session)
    {
#if SHOP_V2
        return Read(session, SessionFormat.CartKey, ShopJson.Default.Cart) is { Lines: not null } cart ? cart
            : Read(session, SessionFormat.CartKey, ShopJson.Default.CartV1) is { Items: not null } old ? Cart.From(old)
            : Cart.Empty;
#else
        return Read(session, SessionFormat.CartKey, ShopJson.Default.Cart) is { Items: not null } cart ? cart : Cart.Empty;
#endif
    }

    private static T? Read<T>(ISession session, string key, JsonTypeInfo<T> type)
        where T : class => session.Get(key) is { } bytes ? JsonSerializer.Deserialize(bytes, type) : null;
}
