using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Graceful.Tests;

/// <summary>A build that the fleet cannot have now: alive, not ready, with a reason; and it joins by itself.</summary>
public sealed class IncompatibleTests : IDisposable
{
    private readonly FleetKit _kit = new();

    [Fact]
    public async Task SkippedLevel_IsNotReadyAndNamesTheReleaseThatIsMissing()
    {
        await StableAsync(_kit.Session("1.4", 1, 1));
        var third = _kit.Session("3.0", 2, 3);

        await third.StartAsync();

        Assert.Equal(FleetStanding.Incompatible, third.Fleet.Standing);
        var reason = third.NotReady!;
        Assert.StartsWith(
            "Contract 'session': data of levels [1,1] may exist, this build supports [2,3]. Level 1 is what the fleet writes, and this build cannot read it: a release in between is missing. " +
            "Deploy first a release that supports [1,2] everywhere, and let the fleet raise 'session' to 2. " +
            $"Held there by 1.4 on {Environment.MachineName} supports session [1,1], lease ends in ", reason, StringComparison.Ordinal);
        Assert.Null(third.Host.Get<IProbes>().Check(ProbeKind.Liveness).Reason);
        Assert.Equal((1, new LevelRange(1, 1)), (third.Compatibility["session"].Active, third.Compatibility["session"].Window));
        Assert.Equal("Unhealthy: level 1 is written, [1,1] may exist, supports [2,3], Stable", third.Detail("contract session"));
        Assert.Contains(reason, Assert.Throws<NotServingException>(() => third.Compatibility.Enter("session")).Message, StringComparison.Ordinal);
        Assert.Equal(1, third.Log.Count("FleetIncompatible"));
        Assert.Single(_kit.Live);
    }

    [Fact]
    public async Task OldBuild_WhenTheWindowHasPassedIt_IsToldToRetreat()
    {
        await StableAsync(_kit.Session("3.0", 2, 2));
        var old = _kit.Session("1.0", 1, 1);

        await old.StartAsync();

        Assert.Equal(
            "Contract 'session': data of levels [2,2] may exist, this build supports [1,1]. Level 2 is what the fleet writes, and this build cannot read it. " +
            "Deploy a release that supports 2, or have 'session' retreat to 1 first.",
            old.NotReady);
    }

    [Fact]
    public async Task NewContract_WithoutLevelZero_IsToldWhatToDeployFirst()
    {
        await StableAsync(_kit.Session("1.0", 1, 1));
        var next = _kit.New("2.0", c =>
        {
            c.Contract("session").Supports(1, 1);
            c.Contract("orders").Supports(1, 2);
        });

        await next.StartAsync();

        Assert.StartsWith(
            "Contract 'orders' is new to the fleet, which counts as level 0; this build supports [1,2]. Deploy first a release that supports [0,1]. Held there by 1.0 on ",
            next.NotReady, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_JoinsByItselfOnceTheWindowFits()
    {
        var (one, third) = (_kit.Session("2.0", 1, 2), _kit.Session("3.0", 2, 3));
        await _kit.ServeAsync(one);
        await third.StartAsync();
        Assert.NotNull(third.NotReady);

        // The fleet goes to 2 and forgets 1, all by itself.
        await _kit.Clock.UntilAsync(() => third.NotReady is null);

        Assert.Equal(2, third.Compatibility["session"].Active);
        Assert.Equal((0, 1), (one.Log.Count("FleetIncompatible"), third.Log.Count("FleetIncompatible")));
    }

    [Fact]
    public async Task Refused_WhileNobodyIsLive_StillGetsIn()
    {
        var second = _kit.Session("2.0", 1, 2);
        await _kit.ServeAsync(second);
        await _kit.Clock.UntilAsync(() => _kit.State.Contracts["session"].Mode == LevelMode.Settling);
        var third = _kit.Session("3.0", 2, 3);
        await third.StartAsync();
        await second.StopAsync();
        Assert.Empty(_kit.Live);
        Assert.NotNull(third.NotReady);

        await _kit.Clock.UntilAsync(() => third.NotReady is null);

        Assert.Equal(2, third.Compatibility["session"].Active);
    }

    [Fact]
    public async Task Settling_SaysWhenTheOldLevelIsGone()
    {
        var one = _kit.Session("2.0", 1, 2);
        await _kit.ServeAsync(one);
        await _kit.Clock.UntilAsync(() => _kit.State.Contracts["session"].Mode == LevelMode.Settling);
        var third = _kit.Session("3.0", 2, 3);

        await third.StartAsync();

        Assert.Matches("Level 2 is written by now; what is older is gone in about [0-9]+ s. This instance joins by itself then.$", third.NotReady);
    }

    [Fact]
    public async Task Forming_ALeaseThatWasTakenUnchecked_IsGivenBackByWhoDoesNotFit()
    {
        // Both have leases before anybody knows what may be written, and a live lease is renewed without a look.
        var wait = ("Fleet:FormingWait", "00:00:20");
        var (first, third) = (_kit.Session("1.0", 1, 1, wait), _kit.Session("3.0", 2, 3, wait));
        await first.StartAsync();
        await third.StartAsync();
        Assert.Equal(2, _kit.Live.Count());

        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(60));

        Assert.Null(first.NotReady);
        Assert.Equal(FleetStanding.Incompatible, third.Fleet.Standing);
        Assert.Single(_kit.Live);
    }

    [Fact]
    public async Task ObserveOnly_ServesAndSaysWhatItWouldHaveDone()
    {
        await StableAsync(_kit.Session("1.0", 1, 1));
        var third = _kit.New("3.0", c => c.Contract("session").Supports(2, 3).ObserveOnly());

        await third.StartAsync();
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(20));

        Assert.Null(third.NotReady);
        Assert.Equal(1, third.Log.Count("FleetWouldRefuse"));
        Assert.Contains("only observed: Contract 'session': data of levels [1,1] may exist, this build supports [2,3]", third.Detail("fleet"), StringComparison.Ordinal);
        Assert.StartsWith("Degraded: ", third.Detail("contract session"), StringComparison.Ordinal);
        Assert.Single(_kit.Live);
        using var lease = third.Compatibility.Enter("session");
        Assert.Equal(2, lease.Level); // As near as this build can.
    }

    [Fact]
    public async Task Gated_WhileRefused_IsNotStarted()
    {
        await StableAsync(_kit.Session("1.0", 1, 1));
        var third = _kit.Session("3.0", 2, 3);
        third.Graceful.AddGatedHostedService<Consumer>();
        await third.StartAsync();
        var consumer = third.Host.Get<Consumer>();
        Assert.Equal((0, 0), (consumer.Starts, consumer.Stops));

        await third.StopAsync();
        Assert.Equal((0, 0), (consumer.Starts, consumer.Stops));
    }

    [Fact]
    public async Task Gated_Strict_StopsAtTheFenceStartsAgainAndStopsWithTheHost()
    {
        var instance = _kit.Session("1.0", 1, 1, ("Fleet:Isolation", "Strict"));
        instance.Graceful.AddGatedHostedService<Consumer>();
        await _kit.ServeAsync(instance);
        await _kit.Clock.SettleAsync();
        var consumer = instance.Host.Get<Consumer>();
        Assert.Equal((1, 0), (consumer.Starts, consumer.Stops));

        instance.Store.IsDown = true;
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(47));
        Assert.Equal((1, 1), (consumer.Starts, consumer.Stops));

        instance.Store.IsDown = false;
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(7));
        Assert.Equal((2, 1), (consumer.Starts, consumer.Stops));

        await instance.StopAsync();
        Assert.Equal((2, 2), (consumer.Starts, consumer.Stops));
    }

    [Fact]
    public async Task Gated_FailsByItself_IsTheHostsToHandle()
    {
        var instance = _kit.Session("1.0", 1, 1);
        instance.Graceful.AddGatedHostedService<Fails>();
        await instance.StartAsync();

        await _kit.Clock.UntilAsync(() => instance.Host.Get<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task WaitUntilServing_EndsWithServing()
    {
        var instance = _kit.Session("1.0", 1, 1);
        instance.Store.IsDown = true;
        await instance.StartAsync();
        var waiting = instance.Compatibility.WaitUntilServingAsync().AsTask();
        using var cancel = new CancellationTokenSource();
        var cancelled = instance.Compatibility.WaitUntilServingAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.False(waiting.IsCompleted);

        instance.Store.IsDown = false;
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(7));

        Assert.True(waiting.IsCompletedSuccessfully);
    }

    public void Dispose() => _kit.Dispose();

    private async Task StableAsync(FleetKit.Instance instance)
    {
        await _kit.ServeAsync(instance);
        await _kit.Clock.UntilAsync(() => _kit.State.Contracts["session"].Mode == LevelMode.Stable);
        await _kit.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
    }

    private sealed class Consumer : IHostedService
    {
        public int Starts { get; private set; }

        public int Stops { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            Starts++;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            Stops++;
            return Task.CompletedTask;
        }
    }

    private sealed class Fails : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            throw new InvalidOperationException("no");
        }
    }
}
