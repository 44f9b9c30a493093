using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful;

/// <summary>Hosting's application, with the begin and the end of each request counted.</summary>
internal sealed class TrackingApplication<TContext>(IHttpApplication<TContext> inner, KestrelTraffic traffic) : IHttpApplication<TContext>
    where TContext : notnull
{
    // Hosting reuses its context for all requests of a connection (HTTP/1.1) or stream (HTTP/2), and the end of a request shows nothing
    // but that context. So the slot is found by it.
    private readonly ConditionalWeakTable<object, RequestSlot> _slots = [];

    public TContext CreateContext(IFeatureCollection contextFeatures)
    {
        var context = inner.CreateContext(contextFeatures);
        if (!_slots.TryGetValue(context, out var slot))
        {
            slot = new RequestSlot(contextFeatures.Get<TrackedConnection>() ?? traffic.Connections.Unattached, contextFeatures);
            _slots.Add(context, slot);
        }

        slot.Begin();
        traffic.RequestBegun(slot.Connection);
        return context;
    }

    public Task ProcessRequestAsync(TContext context) => inner.ProcessRequestAsync(context);

    public void DisposeContext(TContext context, Exception? exception)
    {
        try
        {
            inner.DisposeContext(context, exception);
        }
        finally
        {
            if (_slots.TryGetValue(context, out var slot))
            {
                slot.End();
            }
        }
    }
}
