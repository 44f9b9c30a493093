using Shop;

var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.UseKestrelHttpsConfiguration(); // the slim builder leaves TLS out

// The one line. It reads the section "Graceful" of appsettings.json; the calls after it are extras.
var graceful = builder.AddGraceful()
    .AddWarmUpTask<HomePageWarmUp>()
    .AddDrainParticipant<OrderJournalFlush>()
    .AddCompatibility(OrderFormat.Declare)
    .AddCompatibility(SessionFormat.Declare);

// What the instances know of each other. With no Redis this one is a fleet of its own, which is enough on a developer's machine.
if (builder.Configuration["Graceful:Redis:Configuration"] is { Length: > 0 })
{
    graceful.AddRedis();
}

if (builder.Configuration.GetValue("Graceful:Enabled", true))
{
    graceful.AddSession(SessionFormat.Describe);
    builder.Services.AddSingleton<IShopSession, ShopSession>();
}
else
{
    PlainShopSession.Add(builder);
}

builder.AddShop();

var app = builder.Build();
app.UseWebSockets();
app.UseSession();
app.MapHome();
app.MapCart();
app.MapOrders();
app.MapPrices();
app.MapPlainProbes();
app.Run();
