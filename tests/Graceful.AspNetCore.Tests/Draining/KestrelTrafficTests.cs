using Graceful.AspNetCore.Tests.Testing;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>The rules about time, on a clock that stands still until it is told otherwise.</summary>
public class KestrelTrafficTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(0.06, 0.1)]
    [InlineData(0.3, 0.5)]
    [InlineData(0.54, 0.9)]
    [InlineData(0.6, 1.0)]
    [InlineData(1.0, 1.0)]
    public void RequestBegun_InTheLameDuck_AsksToCloseWithRisingProbability(double part, double probability)
    {
        const int Connections = 4000;
        using var traffic = new FakeTraffic();
        traffic.Source.BeginLameDuck(Delay);
        traffic.Time.Advance(Delay * part);
        var asked = 0;
        for (var i = 0; i < Connections; i++)
        {
            var connection = traffic.Connect();
            connection.Serve();
            asked += connection.IsAskedToClose ? 1 : 0;
        }

        // Five standard deviations at one half are 4 %.
        Assert.InRange((double)asked / Connections, probability - 0.04, probability + 0.04);
    }

    [Fact]
    public void RequestBegun_WhileServing_AsksNobodyToClose()
    {
        using var traffic = new FakeTraffic();
        var connection = traffic.Connect();
        for (var i = 0; i < 1000; i++)
        {
            connection.Serve();
        }

        Assert.False(connection.IsAskedToClose);
    }

    /// <summary>On a connection that is used again and again there is no byte that did not make a request.</summary>
    [Fact]
    public void RequestBegun_InTheLameDuck_IsAnArrival()
    {
        using var traffic = new FakeTraffic();
        var connection = traffic.Connect();
        traffic.Time.Advance(Step);
        connection.Serve();
        Assert.Equal(0, traffic.Source.GetSnapshot().LastArrival);

        traffic.Source.BeginLameDuck(Delay);
        traffic.Time.Advance(Step);
        connection.Serve();

        Assert.Equal(traffic.Time.GetTimestamp(), traffic.Source.GetSnapshot().LastArrival);
    }

    [Fact]
    public async Task CloseIdle_ClosesTheLongestIdleFirst_EvenlySpread()
    {
        using var traffic = new FakeTraffic();
        var connections = new List<FakeConnection>();
        for (var i = 0; i < 4; i++)
        {
            connections.Add(traffic.Connect());
        }

        // Used in another order than they were opened in: 2, 0, 3, 1.
        int[] order = [2, 0, 3, 1];
        foreach (var i in order)
        {
            traffic.Time.Advance(TimeSpan.FromSeconds(1));
            connections[i].Serve();
        }

        var busy = traffic.Connect();
        busy.Begin();
        var unused = traffic.Connect();
        traffic.Source.BeginLameDuck(Delay);
        traffic.Source.CloseIdle(TimeSpan.FromMilliseconds(400));

        for (var closed = 1; closed <= 4; closed++)
        {
            Assert.Equal(order.Take(closed).Order(), Enumerable.Range(0, 4).Where(i => connections[i].IsAskedToClose));
            await traffic.AdvanceAsync(TimeSpan.FromMilliseconds(100), Step);
        }

        Assert.True(busy.IsAskedToClose, "its response would be the last without saying so");
        Assert.False(unused.IsAskedToClose);
    }

    [Fact]
    public async Task CloseIdle_ConnectionThatCameToLife_IsLeftToItsOwnResponse()
    {
        using var traffic = new FakeTraffic();
        var first = traffic.Connect();
        first.Serve();
        traffic.Time.Advance(Step);
        var second = traffic.Connect();
        second.Serve();

        traffic.Source.CloseIdle(TimeSpan.FromMilliseconds(400));
        second.Begin();
        await traffic.AdvanceAsync(TimeSpan.FromSeconds(1), Step);

        Assert.True(first.IsAskedToClose);
        Assert.False(second.IsAskedToClose);
    }

    [Fact]
    public async Task BeginDrain_ConnectionWithoutItsFirstRequest_GetsASecond()
    {
        using var traffic = new FakeTraffic();
        traffic.Time.Advance(TimeSpan.FromSeconds(100));
        var used = traffic.Connect();
        used.Serve();
        var unused = traffic.Connect();

        traffic.Source.BeginDrain();
        await traffic.AdvanceAsync(TimeSpan.FromMilliseconds(900), Step);

        Assert.True(used.IsAskedToClose);
        Assert.False(unused.IsAskedToClose);
        await traffic.AdvanceAsync(TimeSpan.FromMilliseconds(300), Step);
        Assert.True(unused.IsAskedToClose);
    }

    [Fact]
    public async Task BeginDrain_FirstBytesOfAConnection_GiveItAnotherSecond()
    {
        using var traffic = new FakeTraffic();
        traffic.Time.Advance(TimeSpan.FromSeconds(100));
        var unused = traffic.Connect();
        traffic.Source.BeginDrain();
        await traffic.AdvanceAsync(TimeSpan.FromMilliseconds(900), Step);
        unused.Tracked.ByteReceived();

        await traffic.AdvanceAsync(TimeSpan.FromMilliseconds(900), Step);
        Assert.False(unused.IsAskedToClose);
        await traffic.AdvanceAsync(TimeSpan.FromMilliseconds(300), Step);
        Assert.True(unused.IsAskedToClose);
    }

    [Fact]
    public async Task BeginDrain_RunningRequest_IsTheLastOfItsConnection()
    {
        using var traffic = new FakeTraffic();
        var busy = traffic.Connect();
        busy.Begin();
        traffic.Source.BeginDrain();
        await traffic.AdvanceAsync(TimeSpan.FromMilliseconds(200), Step);

        Assert.True(busy.IsAskedToClose);
    }

    [Fact]
    public async Task ListenerStopping_NobodyIsAskedToCloseAnyMore()
    {
        using var traffic = new FakeTraffic();
        traffic.Source.BeginDrain();
        await traffic.AdvanceAsync(TimeSpan.FromMilliseconds(200), Step);
        traffic.Source.ListenerStopping();
        await traffic.AdvanceAsync(TimeSpan.FromMilliseconds(200), Step);
        var late = traffic.Connect();
        await traffic.AdvanceAsync(TimeSpan.FromSeconds(2), Step);

        Assert.False(late.IsAskedToClose);
    }

    [Fact]
    public async Task BeginDrain_CallbackThatBlocks_DoesNotKeepConnectionsOpen()
    {
        using var traffic = new FakeTraffic();
        using var blocked = new ManualResetEventSlim();
        using var registration = traffic.Source.DrainToken.Register(() => blocked.Wait());
        var used = traffic.Connect();
        used.Serve();
        traffic.Source.BeginDrain();
        await traffic.AdvanceAsync(TimeSpan.FromMilliseconds(200), Step);
        var asked = used.IsAskedToClose;

        // Before the assertion: leaving the scope waits for the callback.
        blocked.Set();
        Assert.True(asked);
    }

    [Fact]
    public void MaxAge_OlderConnection_IsClosedOnItsNextResponse_WithTenPercentOfJitter()
    {
        using var traffic = new FakeTraffic(maxAge: TimeSpan.FromSeconds(100));
        var connections = Enumerable.Range(0, 500).Select(_ => traffic.Connect()).ToList();
        Assert.Equal(0, Asked(TimeSpan.FromSeconds(89.9)));
        Assert.InRange(Asked(TimeSpan.FromSeconds(10.1)), 150, 350);
        Assert.Equal(500, Asked(TimeSpan.FromSeconds(10.1)));

        int Asked(TimeSpan later)
        {
            traffic.Time.Advance(later);
            connections.ForEach(c => c.Serve());
            return connections.Count(c => c.IsAskedToClose);
        }
    }
}
