using System.Diagnostics;

namespace Graceful.RollingUpdate;

/// <summary>A keep-alive HTTP/1.1 client: one connection, one request after another, nothing repeated.</summary>
internal sealed class Http1Client(LoadContext context, TimeSpan interval, int? connectionLimit)
{
    private readonly Random _random = new();

    public async Task RunAsync()
    {
        using var connection = new KeptConnection(context.Endpoints, connectionLimit);
        var pace = new Pace(interval);
        while (await pace.NextAsync(context))
        {
            await RequestAsync(connection, context.Plan.Mix.Next(_random));
        }
    }

    private async Task RequestAsync(KeptConnection connection, ShopRequest request)
    {
        context.Ledger.Sent(Traffic.Http1);
        try
        {
            using var limit = new CancellationTokenSource(context.Plan.Timeout);
            var begun = Stopwatch.GetTimestamp();
            var response = await connection.SendAsync(request, limit.Token);
            var reply = ShopReply.Parse(response.Body.Span);
            context.Ledger.Answered(Traffic.Http1, reply, request == ShopRequest.Version ? Stopwatch.GetElapsedTime(begun) : null);
        }
#pragma warning disable CA1031 // Whatever went wrong: the request is lost.
        catch (Exception e)
#pragma warning restore CA1031
        {
            context.Ledger.Lost(Traffic.Http1, $"{request} (request {connection.Requests} of its connection)", e);
            connection.Dispose();
            await context.PauseAfterLossAsync();
        }
    }
}
