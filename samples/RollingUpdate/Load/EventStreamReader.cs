using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Net.ServerSentEvents;

namespace Graceful.RollingUpdate;

/// <summary>
/// Reads Server-Sent Events for as long as the load lasts and holds every event against the one before, across connections. The end of the
/// body is a clean end; the reader comes back with <c>Last-Event-ID</c>. Everything else is a cut.
/// </summary>
internal sealed class EventStreamReader(LoadContext context, ShopCertificate? certificate)
{
    private const string What = "GET /events";

    private long? _last;

    public async Task RunAsync()
    {
        using var http = ShopHttp.Create(context.Endpoints, certificate);
        while (!context.Stop.IsCancellationRequested)
        {
            if (await OpenAsync(http) is { } response)
            {
                using (response)
                {
                    await ReadAsync(response);
                }
            }
            else
            {
                await context.PauseAfterLossAsync();
            }
        }
    }

    private async Task<HttpResponseMessage?> OpenAsync(HttpClient http)
    {
        context.Ledger.Sent(Traffic.EventStream);
        HttpResponseMessage? response = null;
        try
        {
            using var limit = new CancellationTokenSource(context.Plan.Timeout);
            using var request = new HttpRequestMessage(HttpMethod.Get, "/events")
            {
                Version = http.DefaultRequestVersion,
                VersionPolicy = http.DefaultVersionPolicy,
            };
            if (_last is { } last)
            {
                request.Headers.Add("Last-Event-ID", last.ToString(CultureInfo.InvariantCulture));
            }

            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new LossException(LossCause.Status(response.StatusCode), $"status {(int)response.StatusCode}");
            }

            context.Ledger.Opened(Traffic.EventStream);
            return response;
        }
#pragma warning disable CA1031 // Whatever went wrong: the request is lost.
        catch (Exception e)
#pragma warning restore CA1031
        {
            response?.Dispose();
            context.Ledger.Lost(Traffic.EventStream, What, e);
            return null;
        }
    }

    private async Task ReadAsync(HttpResponseMessage response)
    {
        // Silence is a cut, too: there are five events a second.
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(context.Stop);
        silence.CancelAfter(context.Plan.Timeout);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(silence.Token);
            var events = SseParser.Create(stream);
            await foreach (var item in events.EnumerateAsync(silence.Token))
            {
                silence.CancelAfter(context.Plan.Timeout);
                var number = long.Parse(events.LastEventId, CultureInfo.InvariantCulture);
                context.Ledger.Event(Traffic.EventStream, _last, number);
                _last = number;
            }

            context.Ledger.EndedCleanly(Traffic.EventStream);
        }
#pragma warning disable CA1031 // Whatever went wrong: the stream was cut, unless it was us.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!context.Stop.IsCancellationRequested)
            {
                context.Ledger.Cut(Traffic.EventStream, certificate is null ? What : $"{What} (h2)", e);
                await context.PauseAfterLossAsync();
            }
        }
    }
}
