using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>The transport below Kestrel, decorated: what it refuses and how it ends stay its own.</summary>
public class TrackingListenerFactoryTests
{
    private static readonly EndPoint Anywhere = new IPEndPoint(IPAddress.Loopback, 0);
    private readonly ConnectionRegistry _registry = new(new ConnectionOptions(), TimeProvider.System);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CanBind_IsTheTransportsOwnAnswer(bool can) => Assert.Equal(can, new TrackingListenerFactory(new Choosy(can), _registry).CanBind(Anywhere));

    [Fact]
    public void CanBind_ATransportThatIsNotAsked_IsTakenForOneThatCan() => Assert.True(new TrackingListenerFactory(new Transport(), _registry).CanBind(Anywhere));

    /// <summary>A listener that is unbound accepts nobody, and says so with null.</summary>
    [Fact]
    public async Task Accept_AfterTheEnd_IsNobody()
    {
        var listener = await new TrackingListenerFactory(new Transport(), _registry).BindAsync(Anywhere, TestContext.Current.CancellationToken);

        Assert.Null(await listener.AcceptAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, _registry.Count);
    }

    [Fact]
    public async Task Unbind_ReachesTheTransport()
    {
        var transport = new Transport();
        var listener = await new TrackingListenerFactory(transport, _registry).BindAsync(Anywhere, TestContext.Current.CancellationToken);

        await listener.UnbindAsync(TestContext.Current.CancellationToken);
        await listener.DisposeAsync();

        Assert.Equal(["unbind", "dispose"], transport.Calls);
    }

    private class Transport : IConnectionListenerFactory
    {
        public List<string> Calls { get; } = [];

        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(new Ended(endpoint, Calls));
    }

    private sealed class Choosy(bool can) : Transport, IConnectionListenerFactorySelector
    {
        public bool CanBind(EndPoint endpoint) => can;
    }

    private sealed class Ended(EndPoint endpoint, List<string> calls) : IConnectionListener
    {
        public EndPoint EndPoint => endpoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => new((ConnectionContext?)null);

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => Note("unbind");

        public ValueTask DisposeAsync() => Note("dispose");

        private ValueTask Note(string call)
        {
            calls.Add(call);
            return ValueTask.CompletedTask;
        }
    }
}
