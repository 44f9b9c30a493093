using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.Benchmarks;

/// <summary>The road not taken: a decorated context factory. Hosting reuses contexts only with its own.</summary>
internal sealed class CountingContextFactory(IServiceProvider services) : IHttpContextFactory
{
    private readonly DefaultHttpContextFactory _inner = new(services);
    private int _active;

    public HttpContext Create(IFeatureCollection featureCollection)
    {
        Interlocked.Increment(ref _active);
        return _inner.Create(featureCollection);
    }

    public void Dispose(HttpContext httpContext)
    {
        Interlocked.Decrement(ref _active);
        _inner.Dispose(httpContext);
    }
}
