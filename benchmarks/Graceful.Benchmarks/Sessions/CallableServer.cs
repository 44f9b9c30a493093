using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.Benchmarks;

/// <summary>A server without sockets: calls hosting's application with requests of the benchmark.</summary>
internal sealed class CallableServer : IServer
{
    private Func<SessionRequest, Task>? _serve;

    public IFeatureCollection Features { get; } = new FeatureCollection();

    public Task ServeAsync(SessionRequest request) => _serve!(request);

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        _serve = request => ServeAsync(application, request);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        // Nothing was taken.
    }

    private static async Task ServeAsync<TContext>(IHttpApplication<TContext> application, SessionRequest request)
        where TContext : notnull
    {
        var context = application.CreateContext(request);
        Exception? failure = null;
        try
        {
            await application.ProcessRequestAsync(context);
            await request.CompleteAsync();
        }
        catch (Exception e) when (!request.HasStarted)
        {
            failure = e;
            request.StatusCode = StatusCodes.Status500InternalServerError;
        }

        application.DisposeContext(context, failure);
    }
}
