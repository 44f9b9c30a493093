namespace Graceful.RollingUpdate;

/// <summary>
/// Somebody with a cookie and a cart: fills it, now and then from two connections at once, logs in, looks into it, and begins anew when it is full. It remembers every addition that was acknowledged, and
/// looks for all of them each time.
/// </summary>
internal sealed class Shopper(LoadContext context, TimeSpan interval, string name)
{
    private const int FullCart = 30;

    private static readonly string[] Goods = ["tea", "coffee", "sugar", "milk", "honey", "rice", "salt", "flour"];

    /// <summary>When to look again, before something is called lost.</summary>
    private static readonly TimeSpan[] Patience = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1)];

    private readonly Random _random = new();
    private readonly CookieJar _cookies = new();
    private readonly CartBook _book = new();

    public async Task RunAsync()
    {
        using var one = new KeptConnection(context.Endpoints);
        using var other = new KeptConnection(context.Endpoints);
        var pace = new Pace(interval);
        while (await pace.NextAsync(context))
        {
            await StepAsync(one, other, pace);
        }

        // Whatever was acknowledged last, too.
        await CheckAsync(one);
    }

    private async Task StepAsync(KeptConnection one, KeptConnection other, Pace pace)
    {
        switch (_random.Next(100))
        {
            case var _ when _book.Pieces == 0:
                await AddAsync(one, Any());
                break;
            case var _ when _book.Pieces >= FullCart:
                await LeaveAsync(one);
                break;
            case var _ when _book is { IsLoggedIn: false, Pieces: >= 3 }:
                await LogInAsync(one);
                break;
            case < 15:
                // Two requests, and so two beats.
                await pace.NextAsync(context);
                var first = Any();
                await Task.WhenAll(AddAsync(one, first), AddAsync(other, Goods[(Array.IndexOf(Goods, first) + 1) % Goods.Length]));
                break;
            case < 50:
                await AddAsync(_random.Next(2) == 0 ? one : other, Any());
                break;
            case < 60:
                await AskAccountAsync(other);
                break;
            default:
                await CheckAsync(_random.Next(2) == 0 ? one : other);
                break;
        }
    }

    private string Any() => Goods[_random.Next(Goods.Length)];

    private async Task AddAsync(KeptConnection connection, string item)
    {
        var reply = await SendAsync(connection, HttpMethod.Post, "/api/cart", $$"""{"item":"{{item}}","quantity":1}""");
        lock (_book)
        {
            if (reply is null)
            {
                _book.Doubt(item);
            }
            else
            {
                _book.Acknowledge(item);
            }
        }
    }

    private async Task LogInAsync(KeptConnection connection)
    {
        if (await SendAsync(connection, HttpMethod.Post, $"/api/login?user={name}", "") is not null)
        {
            _book.LoggedIn(name);
        }
    }

    /// <summary>Looks first; then the old cookie and the cart are forgotten, whatever the answer is.</summary>
    private async Task LeaveAsync(KeptConnection connection)
    {
        await CheckAsync(connection);
        await SendAsync(connection, HttpMethod.Post, "/api/logout", "");
        _cookies.Clear();
        _book.Clear();
    }

    /// <summary>Another key of the same session.</summary>
    private async Task AskAccountAsync(KeptConnection connection)
    {
        if (await SendAsync(connection, HttpMethod.Get, "/api/account") is { } reply && _book.IsLoggedIn && reply.User != name)
        {
            await CheckAsync(connection);
        }
    }

    private async Task CheckAsync(KeptConnection connection)
    {
        if (await SendAsync(connection, HttpMethod.Get, "/api/cart") is not { } found)
        {
            return;
        }

        var finding = _book.Compare(found, wasStale: false);
        foreach (var wait in finding.IsGood ? [] : Patience)
        {
            // Not the load's own wait: the last look comes when the load has ended.
            await Task.Delay(wait);
            if (await SendAsync(connection, HttpMethod.Get, "/api/cart") is { } again)
            {
                found = again;
            }

            finding = _book.Compare(found, wasStale: true);
            if (finding.IsGood)
            {
                break;
            }
        }

        if (!finding.IsGood)
        {
            finding = finding with { WasStale = false };
            _book.Accept(found);
        }

        context.Ledger.CartChecked(name, finding);
    }

    /// <summary>Null when the request was lost.</summary>
    private async Task<CartReply?> SendAsync(KeptConnection connection, HttpMethod method, string path, string? body = null)
    {
        var request = new ShopRequest(method, path, body, _cookies.Header);
        context.Ledger.Sent(Traffic.Cart);
        try
        {
            using var limit = new CancellationTokenSource(context.Plan.Timeout);
            var response = await connection.SendAsync(request, limit.Token);
            var reply = CartReply.Parse(response.Body);
            _cookies.Take(response.Cookies);
            context.Ledger.Answered(Traffic.Cart, reply.Who);
            return reply;
        }
#pragma warning disable CA1031 // Whatever went wrong: the request is lost.
        catch (Exception e)
#pragma warning restore CA1031
        {
            context.Ledger.Lost(Traffic.Cart, $"{request} (request {connection.Requests} of its connection)", e);
            connection.Dispose();
            await context.PauseAfterLossAsync();
            return null;
        }
    }
}
