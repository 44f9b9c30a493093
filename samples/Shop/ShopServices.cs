namespace Shop;

/// <summary>Everything Shop registers for itself.</summary>
internal static class ShopServices
{
    public static void AddShop(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(ShopIdentity.From(builder.Configuration));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<HomePage>();
        services.AddSingleton<PriceFeed>();
        services.AddSingleton<OrderJournal>();
        services.AddHostedService(provider => provider.GetRequiredService<OrderJournal>());
        services.AddHealthChecks().AddCheck<OrderJournalHealthCheck>("orders");
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ShopJson.Default));
        services.AddSignalR()
            .AddJsonProtocol(options => options.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, ShopJson.Default));
    }
}
