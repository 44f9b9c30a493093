namespace Graceful.RollingUpdate;

/// <summary>
/// A keep-alive connection of a client that repeats nothing. It is opened when it is needed, and anew when the client was told <c>Connection: close</c> or sees, before it sends, that the server has closed.
/// </summary>
/// <param name="endpoints">Where to connect.</param>
/// <param name="limit">Requests after which the client itself closes; null for no limit.</param>
internal sealed class KeptConnection(IEndpoints endpoints, int? limit = null) : IDisposable
{
    private RawHttpConnection? _connection;

    /// <summary>Which request of its connection the last one was.</summary>
    public int Requests { get; private set; }

    /// <exception cref="LossException">The answer is not complete, or not 200.</exception>
    public async Task<RawHttpResponse> SendAsync(ShopRequest request, CancellationToken cancellationToken)
    {
        Requests = 1;
        try
        {
            if (_connection?.IsClosedByServer() == true)
            {
                Dispose();
            }

            _connection ??= await RawHttpConnection.ConnectAsync(endpoints.NextHttp(), cancellationToken);
            Requests = _connection.Requests + 1;
            var response = await _connection.SendAsync(request, cancellationToken);
            if (response.Status != 200)
            {
                throw new LossException($"status {response.Status}", $"status {response.Status}");
            }

            if (response.Close || _connection.Requests >= limit)
            {
                Dispose();
            }

            return response;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Closes it; the next request opens another.</summary>
    public void Dispose()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
