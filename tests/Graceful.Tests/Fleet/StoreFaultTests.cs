namespace Graceful.Tests;

/// <summary>Everything that can happen to the store, and what an instance makes of it.</summary>
public sealed class StoreFaultTests : IDisposable
{
    private static readonly (string, string) Strict = ("Fleet:Isolation", "Strict");
    private readonly FleetKit _kit = new();

    [Fact]
    public async Task Down_AtStart_StartsAndIsNotReadyAndJoinsByItself()
    {
        var instance = _kit.Session("1.0", 1, 1);
        instance.Store.IsDown = true;

        await instance.StartAsync();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(FleetStanding.Joining, instance.Fleet.Standing);
        Assert.Equal("waiting for the fleet's store: the store failed (IOException)", instance.NotReady);
        Assert.Null(instance.Host.Get<IProbes>().Check(ProbeKind.Liveness).Reason);
        Assert.Equal(1, instance.Log.Count("FleetStoreFailed"));

        instance.Store.IsDown = false;
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(7));
        Assert.Null(instance.NotReady);
        Assert.Equal(1, instance.Log.Count("FleetStoreRecovered"));
    }

    [Fact]
    public async Task Hanging_AtStart_HoldsTheStartUpForNoTime()
    {
        var instance = _kit.Session("1.0", 1, 1);
        instance.Store.Hangs = true;
        var before = _kit.Clock.Now;

        await instance.StartAsync();

        Assert.True(_kit.Clock.Now - before < TimeSpan.FromSeconds(1));
        Assert.Equal("waiting for the fleet's store: no answer yet", instance.NotReady);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(6));
        Assert.Equal("waiting for the fleet's store: the store failed (TimeoutException)", instance.NotReady);
    }

    [Fact]
    public async Task DownLater_FailOpen_GoesOnAndSaysSo()
    {
        var instance = _kit.Session("1.0", 1, 1);
        await _kit.ServeAsync(instance);
        instance.Store.IsDown = true;

        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(40));
        Assert.Equal(FleetStanding.Serving, instance.Fleet.Standing);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(20));

        Assert.Equal((FleetStanding.Degraded, null), (instance.Fleet.Standing, instance.NotReady));
        Assert.Contains("goes on at the levels it knows (Isolation is FailOpen)", instance.Fleet.Reason, StringComparison.Ordinal);
        Assert.StartsWith("Degraded: Degraded in 'shop'", instance.Detail("fleet"), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", instance.Detail("fleet"), StringComparison.Ordinal);
        Assert.Equal(1, instance.Log.Count("FleetDegraded"));
        instance.Compatibility.Enter("session").Dispose();

        instance.Store.IsDown = false;
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(7));
        Assert.Equal(FleetStanding.Serving, instance.Fleet.Standing);
    }

    [Fact]
    public async Task DownLater_Strict_StopsWhenTheFenceIsReachedAndReturnsByItself()
    {
        var instance = _kit.Session("1.0", 1, 1, Strict);
        await _kit.ServeAsync(instance);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));
        instance.Store.IsDown = true;
        var last = instance.Store.Beats.Count;

        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(38));
        Assert.Null(instance.NotReady);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(8));

        Assert.Equal(FleetStanding.Fenced, instance.Fleet.Standing);
        Assert.Contains("stopped serving, returns by itself (Isolation is Strict)", instance.NotReady, StringComparison.Ordinal);
        Assert.Null(instance.Host.Get<IProbes>().Check(ProbeKind.Liveness).Reason);
        Assert.Contains("Isolation is Strict", Assert.Throws<NotServingException>(() => instance.Compatibility.Enter("session")).Message, StringComparison.Ordinal);
        Assert.Equal(1, instance.Log.Count("FleetFenced"));
        Assert.True(instance.Store.Beats.Count > last);

        instance.Store.IsDown = false;
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(7));
        Assert.Null(instance.NotReady);
        instance.Compatibility.Enter("session").Dispose();
    }

    [Fact]
    public async Task Fence_CountsFromTheSendingOfTheLastGoodBeat()
    {
        // Each answer takes four seconds: a fence that counted from the answer would come four seconds late.
        var instance = _kit.Session("1.0", 1, 1, Strict);
        await _kit.ServeAsync(instance);
        instance.Store.Slow = (TimeSpan.FromSeconds(4), _kit.Clock);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(30));
        var before = instance.Store.Beats.Count;
        await _kit.Clock.UntilAsync(() => instance.Store.Beats.Count > before);
        var sent = _kit.Clock.Now;
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(4.1));
        instance.Store.IsDown = true;

        await _kit.Clock.UntilAsync(() => instance.Fleet.Standing == FleetStanding.Fenced);

        Assert.InRange(_kit.Clock.Now - sent, TimeSpan.FromSeconds(44.9), TimeSpan.FromSeconds(45.2));
    }

    [Fact]
    public async Task Slow_WithinTheInterval_IsNoFault()
    {
        var instance = _kit.Session("1.0", 1, 1, Strict);
        instance.Store.Slow = (TimeSpan.FromSeconds(2), _kit.Clock);

        await _kit.ServeAsync(instance);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromMinutes(2));

        Assert.Null(instance.NotReady);
        Assert.Equal(0, instance.Log.Count("FleetFenced"));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-3)]
    public async Task Clock_JumpsAgainstTheMonotonicOne_IsFencedUntilTheStoreAnswers(int seconds)
    {
        var instance = _kit.Session("1.0", 1, 1, Strict);
        await _kit.ServeAsync(instance);
        instance.Store.IsDown = true;

        _kit.Clock.WallSkew = TimeSpan.FromSeconds(seconds);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1.1));

        Assert.Equal(FleetStanding.Fenced, instance.Fleet.Standing);
        Assert.Equal(1, instance.Log.Count("FleetClockJumped"));
        Assert.Throws<NotServingException>(() => instance.Compatibility.Enter("session"));
        instance.Store.IsDown = false;
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(7));
        Assert.Null(instance.NotReady);
    }

    [Fact]
    public async Task Clock_JumpsAndTheStoreAnswers_IsAsGoodAsNothing()
    {
        var instance = _kit.Session("1.0", 1, 1, Strict);
        await _kit.ServeAsync(instance);

        _kit.Clock.WallSkew = TimeSpan.FromHours(1);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1.1));

        Assert.Null(instance.NotReady);
    }

    [Fact]
    public async Task Emptied_TheMembersTellItWhatTheyKnowAndNobodyStops()
    {
        var (one, other) = (_kit.Session("2.0", 1, 2, Strict), _kit.Session("2.0", 1, 2, Strict));
        await _kit.ServeAsync(one, other);
        await RaisedAsync(2);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        var epoch = _kit.State.Epoch;

        _kit.Store = new InMemoryFleetStore(_kit.Clock);
        var newcomer = _kit.Session("1.0", 1, 1, Strict, ("Fleet:FormingWait", "00:01:10"));
        await newcomer.StartAsync();
        for (var i = 0; i < 40; i++)
        {
            await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
            Assert.Equal((null, null), (one.NotReady, other.NotReady));
        }

        Assert.True(_kit.State.Epoch > epoch);
        Assert.False(_kit.State.IsForming);
        Assert.Equal(2, _kit.State.Contracts["session"].Active);
        Assert.Equal(2, one.Compatibility["session"].Active);
        Assert.Equal(FleetStanding.Incompatible, newcomer.Fleet.Standing);
        Assert.True(one.Log.Count("FleetReseeded") + other.Log.Count("FleetReseeded") > 0);
    }

    [Fact]
    public async Task Emptied_TheStoreWasTakenByANewcomerMeanwhile_WhatIsKnownStillCounts()
    {
        var instance = _kit.Session("2.0", 1, 2, Strict);
        await _kit.ServeAsync(instance);
        await RaisedAsync(2);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        instance.Store.LosesRaces = 4; // Its first attempts to tell are lost to others.

        _kit.Store = new InMemoryFleetStore(_kit.Clock);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(30));

        Assert.Null(instance.NotReady);
        Assert.Equal((2, 2), (_kit.State.Contracts["session"].Active, instance.Compatibility["session"].Active));
    }

    [Fact]
    public async Task FailedOverToAnOlderState_IsToldWhatWasLost()
    {
        var (one, other) = (_kit.Session("2.0", 1, 2, Strict), _kit.Session("2.0", 1, 2, Strict));
        await _kit.ServeAsync(one, other);
        await _kit.Clock.UntilAsync(() => _kit.State.Contracts["session"].Mode == LevelMode.Committing);
        var replica = _kit.Store.Copy(_kit.Clock);
        await RaisedAsync(2);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        var epoch = _kit.State.Epoch;

        _kit.Store = replica;
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(12));

        Assert.Equal((null, null), (one.NotReady, other.NotReady));
        Assert.True(_kit.State.Epoch > epoch);
        Assert.Equal(new LevelRange(1, 2), new LevelRange(_kit.State.Contracts["session"].Low, _kit.State.Contracts["session"].High));
        Assert.Equal(_kit.State.Epoch, one.Compatibility["session"].Epoch);
        Assert.Equal(one.Compatibility["session"], other.Compatibility["session"]);
    }

    [Fact]
    public async Task Emptied_WhileCutOff_FailOpen_KeepsServingUntilTheFleetIsTogetherAgain()
    {
        var instance = _kit.Session("1.0", 1, 1);
        await _kit.ServeAsync(instance);
        instance.Store.IsDown = true;
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(60));

        _kit.Store = new InMemoryFleetStore(_kit.Clock);
        instance.Store.IsDown = false;
        for (var i = 0; i < 100; i++)
        {
            await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
            Assert.Null(instance.NotReady);
        }

        Assert.Equal(FleetStanding.Serving, instance.Fleet.Standing);
    }

    [Fact]
    public async Task Emptied_WhileCutOff_Strict_StaysFencedUntilTheFleetIsTogetherAgain()
    {
        var instance = _kit.Session("1.0", 1, 1, Strict, ("Fleet:FormingWait", "00:01:10"));
        await instance.StartAsync();
        await _kit.Clock.UntilAsync(() => instance.Compatibility.IsServing);
        instance.Store.IsDown = true;
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(60));

        _kit.Store = new InMemoryFleetStore(_kit.Clock);
        instance.Store.IsDown = false;
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(FleetStanding.Forming, instance.Fleet.Standing);

        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(70));
        Assert.Equal(FleetStanding.Serving, instance.Fleet.Standing);
    }

    public void Dispose() => _kit.Dispose();

    private Task RaisedAsync(int level) => _kit.Clock.UntilAsync(() => _kit.State.Contracts["session"].Active == level);
}
