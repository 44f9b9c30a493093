using System.Runtime.CompilerServices;
using Graceful.AspNetCore.Tests.Testing;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.AspNetCore.Tests.Draining;

/// <summary>The places of the requests on one connection, of which HTTP/2 may use many thousands in its life.</summary>
public sealed class TrackedConnectionTests : IDisposable
{
    private const int Many = 1000;
    private readonly FakeTraffic _traffic = new();
    private readonly TrackedConnection _connection;

    public TrackedConnectionTests() => _connection = _traffic.Connect().Tracked;

    public void Dispose() => _traffic.Dispose();

    [Fact]
    public void PlacesThatAreNotUsedAnyMore_DoNotPileUp()
    {
        var places = UseMany();
        GC.Collect();

        Assert.InRange(places.Count(p => p.IsAlive), 1, 200);
        GC.KeepAlive(_traffic);
    }

    [Fact]
    public void PlaceInUse_StaysListedAmongMany()
    {
        NewPlace().Begin();
        UseMany();

        Assert.Equal(1, _traffic.Source.GetSnapshot().Requests);
    }

    [Fact]
    public void PlaceUsedAgainAfterMany_IsListedAgain()
    {
        var place = NewPlace();
        place.Begin();
        place.End();
        UseMany();
        place.Begin();

        Assert.Equal(1, _traffic.Source.GetSnapshot().Requests);
    }

    /// <summary>A place that begins a request while others are taken off the list may ask twice.</summary>
    [Fact]
    public void PlaceListedTwice_CountsOnce()
    {
        var place = NewPlace();
        place.Begin();
        _connection.List(place);

        Assert.Equal(1, _traffic.Source.GetSnapshot().Requests);
    }

    /// <summary>The end of the connection and the end of its last request may both find that it is over.</summary>
    [Fact]
    public void Over_ForTwoAtOnce_CountsItsRequestsOnce()
    {
        NewPlace().Begin();
        NewPlace().Begin();
        _connection.RequestEnded();
        _connection.RequestEnded();
        _connection.Closed();
        _connection.Closed();

        var snapshot = _traffic.Source.GetSnapshot();
        Assert.Equal((2L, 0), (snapshot.TotalRequests, snapshot.Connections));
    }

    [Fact]
    public void Over_TheTimeOfItsLastByteStays()
    {
        _traffic.Time.Advance(TimeSpan.FromSeconds(1));
        var arrival = _traffic.Time.GetTimestamp();
        _connection.ByteReceived();
        _traffic.Time.Advance(TimeSpan.FromSeconds(1));
        _connection.Closed();

        Assert.Equal(arrival, _traffic.Source.GetSnapshot().LastArrival);
    }

    private RequestSlot NewPlace() => new(_connection, new FeatureCollection());

    // A method of its own, so that nothing of it stays on the stack.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private List<WeakReference> UseMany()
    {
        var places = new List<WeakReference>();
        for (var i = 0; i < Many; i++)
        {
            var place = NewPlace();
            place.Begin();
            place.End();
            places.Add(new WeakReference(place));
        }

        return places;
    }
}
