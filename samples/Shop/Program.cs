using Shop;

var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.UseKestrelHttpsConfiguration(); // the slim builder leaves TLS out

// The one line. It reads the section "Graceful" of appsettings.json; the two calls after it are extras.
builder.AddGraceful()
    .AddWarmUpTask<HomePageWarmUp>()
    .AddDrainParticipant<OrderJournalFlush>();

builder.AddShop();

var app = builder.Build();
app.UseWebSockets();
app.MapHome();
app.MapOrders();
app.MapPrices();
app.MapPlainProbes();
app.Run();
