using System.Diagnostics;
using System.Net;
using System.Net.Http;

namespace Graceful.RollingUpdate;

/// <summary>
/// A client with one HTTP/2 connection over TLS and several requests on it at once. No retry of ours; what .NET's own client repeats are
/// the requests a server has said, by GOAWAY or REFUSED_STREAM, that it did not process, as RFC 9113 §8.7 provides.
/// </summary>
internal sealed class Http2Client(LoadContext context, TimeSpan interval, ShopCertificate certificate)
{
    public async Task RunAsync()
    {
        using var http = ShopHttp.Create(context.Endpoints, certificate);
        await Task.WhenAll(Enumerable.Range(0, context.Plan.Http2Lanes).Select(_ => LaneAsync(http)));
    }

    private async Task LaneAsync(HttpClient http)
    {
        var random = new Random();
        var pace = new Pace(interval);
        while (await pace.NextAsync(context))
        {
            await RequestAsync(http, context.Plan.Mix.Next(random));
        }
    }

    private async Task RequestAsync(HttpClient http, ShopRequest request)
    {
        context.Ledger.Sent(Traffic.Http2);
        try
        {
            using var limit = new CancellationTokenSource(context.Plan.Timeout);
            using var message = new HttpRequestMessage(request.Method, request.Path)
            {
                Version = http.DefaultRequestVersion,
                VersionPolicy = http.DefaultVersionPolicy,
            };
            if (request.Body is { } body)
            {
                message.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
            }

            var begun = Stopwatch.GetTimestamp();
            using var response = await http.SendAsync(message, limit.Token);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new LossException(LossCause.Status(response.StatusCode), $"status {(int)response.StatusCode}");
            }

            var reply = ShopReply.Parse(await response.Content.ReadAsByteArrayAsync(limit.Token));
            context.Ledger.Answered(Traffic.Http2, reply, request == ShopRequest.Version ? Stopwatch.GetElapsedTime(begun) : null);
        }
#pragma warning disable CA1031 // Whatever went wrong: the request is lost.
        catch (Exception e)
#pragma warning restore CA1031
        {
            context.Ledger.Lost(Traffic.Http2, request.ToString(), e);
            await context.PauseAfterLossAsync();
        }
    }
}
