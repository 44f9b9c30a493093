using System.Diagnostics;

namespace Graceful.RollingUpdate;

/// <summary>
/// A keep-alive HTTP/1.1 client. It reconnects when it was told <c>Connection: close</c> or sees, before it sends, that the server has closed;
/// it never repeats a request.
/// </summary>
internal sealed class Http1Client(LoadContext context, TimeSpan interval, int? connectionLimit)
{
    private readonly Random _random = new();
    private RawHttpConnection? _connection;

    public async Task RunAsync()
    {
        var pace = new Pace(interval);
        while (await pace.NextAsync(context))
        {
            await RequestAsync(context.Plan.Mix.Next(_random));
        }

        Drop();
    }

    private async Task RequestAsync(ShopRequest request)
    {
        context.Ledger.Sent(Traffic.Http1);
        var reused = 0;
        try
        {
            using var limit = new CancellationTokenSource(context.Plan.Timeout);
            if (_connection?.IsClosedByServer() == true)
            {
                Drop();
            }

            var begun = Stopwatch.GetTimestamp();
            _connection ??= await RawHttpConnection.ConnectAsync(context.Endpoints.NextHttp(), limit.Token);
            reused = _connection.Requests;
            var response = await _connection.SendAsync(request, limit.Token);
            if (response.Status != 200)
            {
                throw new LossException($"status {response.Status}", $"status {response.Status}");
            }

            var reply = ShopReply.Parse(response.Body.Span);
            context.Ledger.Answered(Traffic.Http1, reply, request == ShopRequest.Version ? Stopwatch.GetElapsedTime(begun) : null);
            if (response.Close || _connection.Requests >= connectionLimit)
            {
                Drop();
            }
        }
#pragma warning disable CA1031 // Whatever went wrong: the request is lost.
        catch (Exception e)
#pragma warning restore CA1031
        {
            context.Ledger.Lost(Traffic.Http1, $"{request} (request {reused + 1} of its connection)", e);
            Drop();
            await context.PauseAfterLossAsync();
        }
    }

    private void Drop()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
