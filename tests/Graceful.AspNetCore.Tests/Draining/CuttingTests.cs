using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>What is counted and named, and what is cut when its time is over.</summary>
public class CuttingTests
{
    /// <summary>A socket in the middle of a big write holds whoever closes it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AbortAll_WhereACutBlocks_HoldsNeitherTheOthersNorTheDrain(bool withRequest)
    {
        using var traffic = new FakeTraffic();
        using var blocked = new ManualResetEventSlim();
        using var cut = new CountdownEvent(1);
        Action[] cuts = [blocked.Wait, () => cut.Signal()];
        foreach (var one in cuts)
        {
            var connection = traffic.Connect(cut: one);
            if (withRequest)
            {
                connection.Begin();
            }
        }

        try
        {
            var items = await Task.Run(traffic.Source.AbortAll).Within("the cut");

            Assert.Equal(2, items.Count);
            await Eventually.True(() => cut.IsSet, "the other one is cut");
        }
        finally
        {
            blocked.Set();
        }
    }

    /// <summary>The cut comes from another thread: when the place has another request by then, that one is not meant.</summary>
    [Fact]
    public async Task Cut_OfARequestThatHasEnded_IsNotOneOfTheNext()
    {
        using var traffic = new FakeTraffic();
        var cuts = 0;
        var slot = traffic.Connect(cut: () => Interlocked.Increment(ref cuts)).Slot;
        slot.Begin();
        Assert.True(slot.Abort());
        await Eventually.True(() => Volatile.Read(ref cuts) == 1, "the request is cut");

        slot.End();
        slot.Cut();
        slot.Begin();
        slot.Cut();

        Assert.Equal(1, cuts);
    }

    /// <summary>One that was answered a moment ago may be about to bring a request; told to close, it leaves by itself.</summary>
    [Fact]
    public void AbortStreams_ConnectionUsedAMomentAgo_IsNotCut()
    {
        using var traffic = new FakeTraffic();
        var silent = traffic.Connect("silent");
        silent.Serve();
        traffic.Time.Advance(TimeSpan.FromSeconds(0.9));
        traffic.Connect("answered").Serve();
        traffic.Connect("opened");
        traffic.Time.Advance(TimeSpan.FromSeconds(0.9));

        Assert.Equal("silent", Assert.Single(traffic.Source.AbortStreams()).Id);
    }

    [Fact]
    public void Abort_OfAPlaceWithoutARequest_DoesNothing()
    {
        using var traffic = new FakeTraffic();

        Assert.False(traffic.Connect().Slot.Abort());
    }

    [Fact]
    public void AbortAll_AfterAbortStreams_NamesNothingTwice()
    {
        using var traffic = new FakeTraffic();
        traffic.Connect("silent");
        traffic.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Single(traffic.Source.AbortStreams());
        Assert.Empty(traffic.Source.AbortAll());
    }

    /// <summary>An HTTP/2 stream is cut alone: the server would wait for its connection.</summary>
    [Fact]
    public async Task AbortAll_ARequestRuns_ItsConnectionIsCutAsWell()
    {
        using var traffic = new FakeTraffic();
        var cuts = 0;
        traffic.Connect(cut: () => Interlocked.Increment(ref cuts)).Begin();

        Assert.Equal(DrainHolderKind.Request, Assert.Single(traffic.Source.AbortAll()).Kind);
        await Eventually.True(() => Volatile.Read(ref cuts) == 2, "the request and its connection are cut");
    }

    [Fact]
    public void GetItems_NamesWhatRunsAndWhatIsOpenWithNothingOnIt()
    {
        using var traffic = new FakeTraffic();
        traffic.Connect("idle");
        traffic.Connect("busy").Begin();

        var items = traffic.Source.GetItems();

        Assert.Equal([DrainHolderKind.Request, DrainHolderKind.Connection], items.Select(i => i.Kind));
        Assert.Equal("idle", items[1].Id);
    }

    /// <summary>A server that is not Kestrel's sockets shows no connection.</summary>
    [Fact]
    public void RequestWithoutAConnection_IsCountedNamedAndCut()
    {
        using var traffic = new FakeTraffic();
        new RequestSlot(traffic.Source.Connections.Unattached, new FeatureCollection()).Begin();

        var snapshot = traffic.Source.GetSnapshot();
        Assert.Equal((1, 1L, 0), (snapshot.Requests, snapshot.TotalRequests, snapshot.Connections));
        Assert.Equal(DrainHolderKind.Request, Assert.Single(traffic.Source.GetItems()).Kind);
        Assert.Equal(DrainHolderKind.Request, Assert.Single(traffic.Source.AbortAll()).Kind);
        Assert.Equal(0, traffic.Source.GetSnapshot().Requests);
    }

    [Fact]
    public void GetItems_ARequestEndsWhileItIsLookedAt_IsNotNamed()
    {
        using var traffic = new FakeTraffic();
        var features = new FeatureCollection();
        var slot = new RequestSlot(traffic.Connect().Tracked, features);
        features.Set<IEndpointFeature>(new EndsItsRequest(slot));
        slot.Begin();

        Assert.DoesNotContain(traffic.Source.GetItems(), i => i.Kind == DrainHolderKind.Request);
        Assert.False(slot.IsActive);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void HasCut_IsWhetherAnythingWasCut(bool streamsOnly)
    {
        using var traffic = new FakeTraffic();
        Cut();
        Assert.False(traffic.Source.HasCut);

        traffic.Connect();
        traffic.Time.Advance(TimeSpan.FromSeconds(2));
        Cut();
        Assert.True(traffic.Source.HasCut);

        void Cut() => _ = streamsOnly ? traffic.Source.AbortStreams() : traffic.Source.AbortAll();
    }

    private sealed class EndsItsRequest(RequestSlot slot) : IEndpointFeature
    {
        public Endpoint? Endpoint
        {
            get
            {
                if (slot.IsActive)
                {
                    slot.End();
                }

                return null;
            }

            set => throw new NotSupportedException();
        }
    }
}
