namespace Graceful.RollingUpdate;

/// <summary>All clients together: started, left alone, stopped so that what is under way still gets its answer.</summary>
internal sealed class LoadGenerator(LoadPlan plan, IEndpoints endpoints, ShopCertificate certificate, Ledger ledger) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _clients = [];

    public void Start()
    {
        var context = new LoadContext(plan, endpoints, ledger, _stop.Token);
        var http1 = Pace.Split(plan.Rate * plan.Http1Share, plan.Http1Clients);
        for (var i = 0; i < plan.Http1Clients; i++)
        {
            int? connectionLimit = i % 4 == 3 ? plan.RequestsOfShortLivedConnection : null;
            Run(new Http1Client(context, http1, connectionLimit).RunAsync);
        }

        var carts = Pace.Split(plan.Rate * plan.CartShare, plan.Shoppers);
        for (var i = 0; i < plan.Shoppers; i++)
        {
            Run(new Shopper(context, carts, $"shopper-{i + 1}").RunAsync);
        }

        var http2 = Pace.Split(plan.Rate * plan.Http2Share, plan.Http2Clients * plan.Http2Lanes);
        for (var i = 0; i < plan.Http2Clients; i++)
        {
            Run(new Http2Client(context, http2, certificate).RunAsync);
        }

        for (var i = 0; i < plan.EventReaders; i++)
        {
            Run(new EventStreamReader(context, i % 2 == 1 && plan.Http2Clients > 0 ? certificate : null).RunAsync);
        }

        for (var i = 0; i < plan.WebSocketReaders; i++)
        {
            Run(new WebSocketReader(context).RunAsync);
        }

        for (var i = 0; i < plan.SignalRClients; i++)
        {
            Run(new SignalRClient(context, $"client-{i + 1}").RunAsync);
        }
    }

    /// <summary>No new requests; ends when every client is done. Throws when a client broke, for then the count is worth nothing.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
    }

    public void Dispose() => _stop.Dispose();

    private void Run(Func<Task> client) => _clients.Add(Task.Run(client));
}
