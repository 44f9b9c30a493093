using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Graceful.Tests;

/// <summary>From the first beat to the end of the lease.</summary>
public sealed class MembershipTests : IDisposable
{
    private readonly FleetKit _kit = new();

    [Fact]
    public async Task Start_AnExistingFleet_IsJoinedWithOneBeat()
    {
        await _kit.ServeAsync(_kit.Session("1.0", 1, 1));
        await _kit.Clock.UntilAsync(() => _kit.State.Contracts["session"].Mode == LevelMode.Stable);
        var second = _kit.Session("1.0", 1, 1);

        await second.StartAsync();

        Assert.Null(second.NotReady);
        Assert.Equal((1, 1), (second.Store.Beats[0].Sequence, second.Compatibility["session"].Active));
        Assert.Equal(0, second.Store.Beats[0].Acknowledged);
        Assert.Equal(2, second.Fleet.Live);
    }

    [Fact]
    public async Task Start_TheTicketFallsToTheJoiner_ServesBeforeItDecides()
    {
        await _kit.ServeAsync(_kit.Session("1.0", 1, 1));
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(2));
        var second = _kit.Session("1.0", 1, 1);
        second.Store.CensusHangs = true;

        await second.StartAsync();

        Assert.Equal((1, null), (second.Store.Censuses, second.NotReady));
    }

    [Fact]
    public async Task Start_AnEmptyStore_IsFormedAndServesAtTheLowestLevel()
    {
        var instance = _kit.Session("1.0", 1, 3);

        await _kit.ServeAsync(instance);

        var level = instance.Compatibility["session"];
        Assert.Equal((1, new LevelRange(1, 3), LevelMode.Shrinking), (level.Active, level.Window, level.Mode));
        Assert.Equal(1, instance.Log.Count("FleetJoined"));
    }

    [Fact]
    public async Task Start_AnEmptyStoreAndAWait_IsNotReadyUntilItHasPassed()
    {
        var instance = _kit.Session("1.0", 1, 1, ("Fleet:FormingWait", "00:00:20"));
        await instance.StartAsync();
        Assert.Equal((FleetStanding.Forming, "the fleet's store has no record: waiting up to 20 s for instances that know what was written before"), (instance.Fleet.Standing, instance.NotReady));
        Assert.Equal(1, instance.Log.Count("FleetForming"));

        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(15));
        Assert.NotNull(instance.NotReady);
        Assert.Throws<NotServingException>(() => instance.Compatibility.Enter("session"));

        // Then what was found lies in the store for a while. A beat credits five seconds at most and may come after six: all of it is longer by up to a fifth.
        await _kit.Clock.UntilAsync(() => instance.NotReady is null);
        Assert.InRange(_kit.Clock.Now, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(45));
    }

    [Fact]
    public async Task Start_WithoutContracts_IsReadyWhileTheStoreForms()
    {
        var instance = _kit.New("1.0", FleetKit.None, ("Fleet:FormingWait", "00:00:20"));

        await instance.StartAsync();

        Assert.Null(instance.NotReady);
    }

    [Fact]
    public async Task Members_AreListedAsTheyDescribeThemselves()
    {
        var first = _kit.Session("1.4.0", 1, 2, ("Fleet:Addresses:0", "http://10.0.0.1:8080"));
        var second = _kit.Session("1.5.0", 1, 3);
        await _kit.ServeAsync(first, second);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));

        var members = await second.Fleet.GetMembersAsync();

        Assert.Equal([first.Fleet.InstanceId, second.Fleet.InstanceId], members.Select(m => m.Id));
        var seen = members[0];
        Assert.Equal(("1.4.0", Environment.MachineName, InstancePhase.Ready), (seen.Version, seen.Host, seen.Phase));
        Assert.Equal(["http://10.0.0.1:8080"], seen.Addresses);
        Assert.Equal(new LevelRange(1, 2), seen.Contracts["session"]);
        Assert.Equal("shop", first.Fleet.Name);
        Assert.NotEqual(first.Fleet.InstanceId, second.Fleet.InstanceId);
    }

    [Fact]
    public async Task Lease_IsRenewedAtTheIntervalGiveOrTakeAFifth()
    {
        var instance = _kit.Session("1.0", 1, 1);
        await _kit.ServeAsync(instance);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromMinutes(3)); // Every step of the founding is over.
        var before = instance.Store.Beats.Count;

        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(100));

        Assert.InRange(instance.Store.Beats.Count - before, 16, 26);
        Assert.All(instance.Store.Beats.Skip(before), b => Assert.Null(b.Info));
        Assert.True(instance.Store.Beats.Zip(instance.Store.Beats.Skip(1)).All(p => p.First.Sequence + 1 == p.Second.Sequence));
    }

    [Fact]
    public async Task Change_IsSeenWhenItIsAnnouncedAndNotOnlyAtTheNextBeat()
    {
        var (one, other) = (_kit.Session("1.0", 1, 1), _kit.Session("1.0", 1, 1));
        await _kit.ServeAsync(one, other);
        await _kit.Clock.UntilAsync(() => _kit.State.Contracts["session"].Mode == LevelMode.Stable);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));
        var epoch = other.Compatibility["session"].Epoch;

        Assert.True((await one.Admin.PinAsync("session")).IsAccepted);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromMilliseconds(50));

        Assert.True(other.Compatibility["session"].Epoch > epoch);
        Assert.Equal(_kit.State.Epoch, other.Compatibility["session"].Epoch);
    }

    [Fact]
    public async Task Stop_TheLeaseEndsAfterEverythingElseHasStopped()
    {
        var instance = _kit.Session("1.0", 1, 1);
        var whileStopping = -1;
        instance.Services.AddSingleton<IHostedService>(new OnStop(() => whileStopping = _kit.Live.Count()));
        await _kit.ServeAsync(instance);

        await instance.StopAsync();

        Assert.Equal(1, whileStopping);
        Assert.Empty(_kit.Live);
        Assert.Equal([instance.Fleet.InstanceId], instance.Store.Left);
        Assert.Equal(FleetStanding.Left, instance.Fleet.Standing);
        Assert.Throws<NotServingException>(() => instance.Compatibility.Enter("session"));
        Assert.Equal(1, instance.Log.Count("FleetLeft"));
    }

    [Fact]
    public async Task Stop_WithACancelledToken_TheLeaseEndsAllTheSame()
    {
        var instance = _kit.Session("1.0", 1, 1);
        await _kit.ServeAsync(instance);

        await _kit.Clock.UntilAsync(instance.Host.StopAsync(new CancellationToken(canceled: true)).ContinueWith(_ => { }, TaskScheduler.Default));

        Assert.Empty(_kit.Live);
    }

    [Fact]
    public async Task Stop_TheStoreHangs_IsHeldUpForASecondAtMost()
    {
        var instance = _kit.Session("1.0", 1, 1);
        await _kit.ServeAsync(instance);
        instance.Store.Hangs = true;
        var before = _kit.Clock.Now;

        await instance.StopAsync();

        Assert.InRange(_kit.Clock.Now - before, TimeSpan.Zero, TimeSpan.FromSeconds(1.1));
        Assert.Equal(1, instance.Log.Count("FleetNotLeft"));
    }

    [Fact]
    public async Task Dispose_AStartThatFailed_EndsTheLease()
    {
        var instance = _kit.Session("1.0", 1, 1);
        instance.Services.AddSingleton<IHostedService>(new FailsToStart());
        await Assert.ThrowsAsync<InvalidOperationException>(() => instance.StartAsync());
        await _kit.Clock.SettleAsync();
        Assert.Single(_kit.Live);

        await _kit.Clock.UntilAsync(((IAsyncDisposable)instance.Host).DisposeAsync().AsTask());

        Assert.Empty(_kit.Live);
    }

    [Fact]
    public async Task Watch_SaysWhoCameAndWhyOneIsGone()
    {
        var (watcher, leaves, dies) = (_kit.Session("1.0", 1, 1), _kit.Session("1.1", 1, 1), _kit.Session("1.2", 1, 1));
        await _kit.ServeAsync(watcher, leaves, dies);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        var changes = new List<string>();
        using var end = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            await foreach (var change in watcher.Fleet.WatchAsync(end.Token))
            {
                changes.Add($"{change.Kind} {change.Member.Version} {change.Member.Phase}");
            }
        });
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(["Joined 1.0 Ready", "Joined 1.1 Ready", "Joined 1.2 Ready"], changes.Order());
        changes.Clear();

        dies.Kill();
        await leaves.StopAsync();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(["Expired 1.2 Ready", "Left 1.1"], changes.Where(c => c.StartsWith("Expired", StringComparison.Ordinal) || c.StartsWith("Left", StringComparison.Ordinal)).Select(c => c.StartsWith("Left", StringComparison.Ordinal) ? c[..8] : c).Order());
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
    }

    [Fact]
    public async Task Phase_OfADrain_IsToldAtOnce()
    {
        var (one, other) = (_kit.Session("1.0", 1, 1, ("Drain:PropagationDelay", "00:00:05")), _kit.Session("1.0", 1, 1));
        one.Services.AddSingleton<ITrafficSource>(new FakeTraffic(_kit.Clock, new Journal(_kit.Clock)));
        await _kit.ServeAsync(one, other);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));

        _ = one.Host.Get<IDrainCoordinator>().DrainAsync("test");
        await _kit.Clock.AdvanceAsync(TimeSpan.FromMilliseconds(100));

        Assert.Equal(InstancePhase.LameDuck, (await other.Fleet.GetMembersAsync()).Single(m => m.Id == one.Fleet.InstanceId).Phase);
        await one.StopAsync();
    }

    public void Dispose() => _kit.Dispose();

    private sealed class OnStop(Action action) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            action();
            return Task.CompletedTask;
        }
    }

    private sealed class FailsToStart : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("no");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
