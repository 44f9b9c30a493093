using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>Every request is counted from its creation to its end, also where hosting or the server is not as usual.</summary>
public sealed class TrackingApplicationTests : IDisposable
{
    private readonly FakeTraffic _traffic = new();

    public void Dispose() => _traffic.Dispose();

    [Fact]
    public void RequestOfAServerThatShowsNoConnection_IsCounted()
    {
        var application = new TrackingApplication<object>(new Application(), _traffic.Source);

        var context = application.CreateContext(new FeatureCollection());
        Assert.Equal(1, _traffic.Source.GetSnapshot().Requests);

        application.DisposeContext(context, null);
        Assert.Equal(0, _traffic.Source.GetSnapshot().Requests);
    }

    /// <summary>What listens to the end of requests may throw: the request has ended all the same.</summary>
    [Fact]
    public void RequestWhoseEndThrows_HasEnded()
    {
        var application = new TrackingApplication<object>(new Application { End = () => throw new InvalidOperationException("a listener") }, _traffic.Source);
        var context = application.CreateContext(new FeatureCollection());

        Assert.Throws<InvalidOperationException>(() => application.DisposeContext(context, null));

        Assert.Equal(0, _traffic.Source.GetSnapshot().Requests);
    }

    private sealed class Application : IHttpApplication<object>
    {
        public Action? End { get; init; }

        public object CreateContext(IFeatureCollection contextFeatures) => new();

        public Task ProcessRequestAsync(object context) => throw new NotSupportedException();

        public void DisposeContext(object context, Exception? exception) => End?.Invoke();
    }
}
