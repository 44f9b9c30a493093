using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Graceful.AspNetCore.Tests.Testing;

/// <summary>The traffic source with a clock that the test turns, and connections that exist only in it.</summary>
internal sealed class FakeTraffic : IDisposable
{
    private readonly ConnectionRegistry _registry;

    public FakeTraffic(TimeSpan? maxAge = null)
    {
        var options = new ConnectionOptions { MaxAge = maxAge };
        _registry = new ConnectionRegistry(options, Time);
        Source = new KestrelTraffic(_registry, new HubConnections(new DrainOptions(), Time), options, Time, NullLogger<KestrelTraffic>.Instance);
        Source.ListenerBound();
    }

    public FakeTimeProvider Time { get; } = new() { AutoAdvanceAmount = TimeSpan.Zero };

    public KestrelTraffic Source { get; }

    /// <param name="name">Its id.</param>
    /// <param name="cut">What cutting it, or a request on it, does.</param>
    public FakeConnection Connect(string name = "c", Action? cut = null)
    {
        var context = new CutConnectionContext(name, cut);
        var close = new CloseRequested();
        context.Features.Set<IConnectionLifetimeNotificationFeature>(close);
        return new FakeConnection(_registry.Add(context), close, Source, cut);
    }

    /// <summary>Lets what waits for the clock run on before the clock is turned again.</summary>
    public async Task AdvanceAsync(TimeSpan by, TimeSpan step)
    {
        for (var gone = TimeSpan.Zero; gone < by; gone += step)
        {
            Time.Advance(step);
            for (var i = 0; i < 20; i++)
            {
                await Task.Yield();
            }

            await Task.Delay(2);
        }
    }

    public void Dispose()
    {
        Source.ListenerStopping();
        Source.Dispose();
    }

    internal sealed class CloseRequested : IConnectionLifetimeNotificationFeature
    {
        public CancellationToken ConnectionClosedRequested { get; set; }

        public bool Seen { get; private set; }

        public void RequestClose() => Seen = true;
    }
}

internal sealed class FakeConnection(TrackedConnection tracked, FakeTraffic.CloseRequested close, KestrelTraffic traffic, Action? cut)
{
    public RequestSlot Slot { get; } = new(tracked, FeaturesOf(cut));

    public TrackedConnection Tracked => tracked;

    public bool IsAskedToClose => close.Seen;

    public void Begin()
    {
        Slot.Begin();
        traffic.RequestBegun(tracked);
    }

    public void End() => Slot.End();

    public void Serve()
    {
        Begin();
        End();
    }

    private static FeatureCollection FeaturesOf(Action? cut)
    {
        var features = new FeatureCollection();
        features.Set<IHttpRequestLifetimeFeature>(new CutRequest(cut));
        return features;
    }
}

internal sealed class CutConnectionContext(string id, Action? cut) : DefaultConnectionContext(id)
{
    public override void Abort(ConnectionAbortedException abortReason) => cut?.Invoke();
}

internal sealed class CutRequest(Action? cut) : IHttpRequestLifetimeFeature
{
    public CancellationToken RequestAborted { get; set; }

    public void Abort() => cut?.Invoke();
}
