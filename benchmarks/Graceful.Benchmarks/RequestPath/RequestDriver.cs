using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.Benchmarks;

/// <summary>Calls hosting's application as Kestrel does, request after request on one connection.</summary>
internal abstract class RequestDriver
{
    public abstract void Run(AsyncGate gate);
}

internal sealed class RequestDriver<TContext>(IHttpApplication<TContext> application, TrackedConnection? connection) : RequestDriver
    where TContext : notnull
{
    private readonly ConnectionFeatures _features = new(connection);

    public override void Run(AsyncGate gate)
    {
        var context = application.CreateContext(_features);
        var task = application.ProcessRequestAsync(context);
        if (task.IsCompleted)
        {
            throw new InvalidOperationException("The endpoint was to complete asynchronously.");
        }

        gate.Release();
        task.GetAwaiter().GetResult();
        application.DisposeContext(context, null);
    }

    /// <summary>Keeps hosting's context from one request to the next, as Kestrel's connections do.</summary>
    private sealed class ConnectionFeatures : FeatureCollection, IHostContextContainer<TContext>
    {
        public ConnectionFeatures(TrackedConnection? connection)
        {
            Set<IHttpRequestFeature>(new HttpRequestFeature());
            Set<IHttpResponseFeature>(new HttpResponseFeature());
            Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
            Set(connection);
        }

        public TContext? HostContext { get; set; }
    }
}
