using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Graceful.Tests;

/// <summary>A generic host in this process, started and ended in every way that needs no signal.</summary>
public sealed class HostTests : IDisposable
{
    private readonly TestClock _clock = new();
    private readonly LogLines _log = new();
    private readonly Journal _journal;
    private readonly HostApplicationBuilder _builder;
    private IHost? _host;

    public HostTests()
    {
        _journal = new Journal(_clock);
        _builder = TestHost.Builder(_log);
        _builder.AddGraceful().Services.AddSingleton<IDrainParticipant>(new FakeParticipant(_journal, "flush"));
    }

    private IHost Host => _host ??= _builder.Build();

    [Fact]
    public async Task Start_IsReadyWhenWarmedUp()
    {
        await StartAsync();
        Assert.True(Host.Get<IInstanceLifecycle>().IsReady);
        await Host.StopAsync();
    }

    [Fact]
    public async Task StopApplication_ApplicationStoppingFiresWhenDrainAndFlushHaveEnded()
    {
        await StartAsync();
        var drainStarted = Host.Get<IDrainCoordinator>().DrainStarted;
        Host.Get<IHostApplicationLifetime>().ApplicationStopping.Register(() => _journal.Add($"ApplicationStopping, drain started {drainStarted.IsCancellationRequested}"));

        await Host.StopApplicationAsync();

        Assert.Equal(["flush", "ApplicationStopping, drain started True"], _journal.Names);
        Assert.Equal(InstancePhase.Stopped, Host.Get<IInstanceLifecycle>().Phase);
    }

    /// <summary>It stops what is stopping already, and must not wait for the stop that it is part of.</summary>
    [Fact]
    public async Task StopApplication_ACallbackStopsTheHostItself_Ends()
    {
        await StartAsync();
        Host.Get<IHostApplicationLifetime>().ApplicationStopping.Register(() => Host.StopAsync().Wait());

        await Host.StopApplicationAsync().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(["flush"], _journal.Names);
    }

    [Fact]
    public async Task StopApplication_WhileWorkIsTracked_ApplicationStoppingWaits()
    {
        await StartAsync();
        var work = Host.Get<IDrainCoordinator>().TrackWork("order 17");
        var lifetime = Host.Get<IHostApplicationLifetime>();
        var ended = Host.WaitForShutdownAsync();

        lifetime.StopApplication();
        await TestHost.EventuallyAsync(() => Host.Get<IInstanceLifecycle>().Phase == InstancePhase.Draining);
        Assert.False(lifetime.ApplicationStopping.IsCancellationRequested);

        work.Dispose();
        await ended;
        Assert.Equal(["flush"], _journal.Names);
    }

    [Fact]
    public async Task StopAsync_ADirectStop_DrainsAndFlushesFirst()
    {
        _builder.Services.AddSingleton<IHostedService>(new LateService(_journal));
        await StartAsync();

        await Host.StopAsync();

        Assert.Equal(["flush", "hosted service stops, token live"], _journal.Names);
        Assert.Contains("reason=host.StopAsync", ReportLine(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_TheLastWord_IsTheReport()
    {
        await StartAsync();

        await Host.StopApplicationAsync();

        Assert.StartsWith("Graceful drain report: reason=StopApplication outcome=clean total=", ReportLine(), StringComparison.Ordinal);
        var line = Assert.Single(_log.All, l => l.Event.Name == "DrainReport");
        Assert.Equal("Graceful.DrainCoordinator", line.Category);
    }

    [Fact]
    public async Task Stop_AfterADrainByApi_GoesOnToTheFlush()
    {
        await StartAsync();
        var report = await Host.Get<IDrainCoordinator>().DrainAsync("preStop");
        Assert.True(report.IsClean);
        Assert.Empty(_journal.Names);

        await Host.StopApplicationAsync();

        Assert.Equal(["flush"], _journal.Names);
        Assert.Contains("reason=preStop", ReportLine(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_DuringWarmUp_EndsItAndTheHost()
    {
        var token = new TaskCompletionSource<CancellationToken>();
        _builder.Services.AddSingleton<IWarmUpTask>(new EndlessWarmUp(token));
        await Host.StartAsync();
        var warmUp = await token.Task;

        await Host.StopApplicationAsync();

        Assert.True(warmUp.IsCancellationRequested);
        Assert.Equal(1, _log.Count("WarmUpCancelled"));
        Assert.Equal(1, _log.Count("DrainReport"));
    }

    [Fact]
    public async Task Start_StopApplicationMeanwhile_EndsWithoutAnException()
    {
        _builder.Services.AddSingleton<IHostedService, SlowStart>();

        var start = Host.StartAsync();
        Host.Get<IHostApplicationLifetime>().StopApplication();
        await start;

        Assert.Equal(1, _log.Count("StartCancelled"));
    }

    [Fact]
    public async Task Start_AServiceFails_TheFaultIsNotHidden()
    {
        _builder.Services.AddSingleton<IHostedService, FailingStart>();

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => Host.StartAsync());

        Assert.Equal("thrown on purpose", fault.Message);
    }

    [Fact]
    public async Task Start_ItsCallerCancels_IsStillCancelled()
    {
        _builder.Services.AddSingleton<IHostedService, SlowStart>();
        using var caller = new CancellationTokenSource();
        var start = Host.StartAsync(caller.Token);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);
    }

    [Fact]
    public async Task Stop_TheHostsTimeout_IsWhatIsLeftOfTheBudget()
    {
        // The drain by API uses up time, which the host must not get a second time.
        _builder.Services.AddSingleton<TimeProvider>(_clock);
        await StartAsync();
        await Host.Get<IDrainCoordinator>().DrainAsync("preStop");
        await _clock.AdvanceAsync(TimeSpan.FromSeconds(10));

        await Host.StopApplicationAsync();

        Assert.Equal(TimeSpan.FromSeconds(15), Host.Get<IOptions<HostOptions>>().Value.ShutdownTimeout);
    }

    [Fact]
    public async Task Stop_TheBudgetIsUsedUp_TheHostKeepsASecond()
    {
        _builder.Services.AddSingleton<TimeProvider>(_clock);
        await StartAsync();
        var work = Host.Get<IDrainCoordinator>().TrackWork("order 17");
        Host.Get<IHostApplicationLifetime>().ApplicationStopping.Register(() => _clock.Advance(TimeSpan.FromSeconds(60)));
        var ended = Host.WaitForShutdownAsync();

        Host.Get<DrainCoordinator>().SignalReceived("SIGTERM", skipLameDuck: false);
        Host.Get<IHostApplicationLifetime>().StopApplication();
        await _clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        Host.Get<DrainCoordinator>().SignalReceived("SIGTERM", skipLameDuck: false);
        await _clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        Host.Get<DrainCoordinator>().SignalReceived("SIGTERM", skipLameDuck: false);
        await ended;

        Assert.Equal(TimeSpan.FromSeconds(1), Host.Get<IOptions<HostOptions>>().Value.ShutdownTimeout);
        work.Dispose();
    }

    [Fact]
    public async Task SelfStop_NobodyComesAfterADrainByApi_TheHostEnds()
    {
        _builder.Services.AddSingleton<TimeProvider>(_clock);
        await StartAsync();
        var ended = Host.WaitForShutdownAsync();

        await Host.Get<IDrainCoordinator>().DrainAsync("preStop");
        await _clock.AdvanceAsync(TimeSpan.FromSeconds(20));
        Assert.False(ended.IsCompleted);
        await _clock.AdvanceAsync(TimeSpan.FromSeconds(2));
        await ended;

        Assert.Equal(["flush"], _journal.Names);
    }

    [Fact]
    public async Task Dispose_WithoutAStop_HarmsNobody()
    {
        await StartAsync();
        await Host.Get<IDrainCoordinator>().DrainAsync("preStop");
        Host.Dispose();
    }

    public void Dispose() => _host?.Dispose();

    private async Task StartAsync()
    {
        await Host.StartAsync();
        await TestHost.EventuallyAsync(() => Host.Get<IInstanceLifecycle>().IsReady);
    }

    private string ReportLine() => Assert.Single(_log.All, l => l.Event.Name == "DrainReport").Message;

    private sealed class LateService(Journal journal) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            journal.Add($"hosted service stops, token {(cancellationToken.IsCancellationRequested ? "dead" : "live")}");
            return Task.CompletedTask;
        }
    }

    private sealed class SlowStart : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class FailingStart : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("thrown on purpose");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class EndlessWarmUp(TaskCompletionSource<CancellationToken> began) : IWarmUpTask
    {
        public string Name => "endless";

        public Task WarmUpAsync(CancellationToken cancellationToken)
        {
            began.TrySetResult(cancellationToken);
            return Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
    }
}
