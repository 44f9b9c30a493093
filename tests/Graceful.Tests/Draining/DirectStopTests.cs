using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Graceful.Tests;

/// <summary>How long a stop of the host waits for the drain, and what its last word says.</summary>
public sealed class DirectStopTests : IDisposable
{
    private readonly TestClock _clock = new();
    private readonly LogLines _log = new();
    private readonly HostApplicationBuilder _builder;
    private IHost? _host;

    public DirectStopTests()
    {
        _builder = TestHost.Builder(_log);
        _builder.AddGraceful().Services.AddSingleton<TimeProvider>(_clock);
    }

    private IHost Host => _host ??= _builder.Build();

    [Fact]
    public async Task StopAsync_WorkDoesNotEnd_WaitsNoLongerThanItsCallerAllows()
    {
        await StartAsync();
        using var work = Host.Get<IDrainCoordinator>().TrackWork("order 17");
        using var caller = new CancellationTokenSource();
        var stop = Host.StopAsync(caller.Token);
        await TestHost.EventuallyAsync(() => Host.Get<IInstanceLifecycle>().Phase >= InstancePhase.LameDuck);
        Assert.False(stop.IsCompleted);

        await caller.CancelAsync();

        await Task.WhenAny(stop).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task StopAsync_WarmUpIsHeldByACallback_WaitsNoLongerThanItsCallerAllows()
    {
        using var over = new ManualResetEventSlim();
        Host.Get<IInstanceLifecycle>().OnPhaseChanged(phase =>
        {
            if (phase == InstancePhase.Ready)
            {
                over.Wait();
            }
        });
        await StartAsync();
        using var caller = new CancellationTokenSource();
        var stop = Host.StopAsync(caller.Token);

        await caller.CancelAsync();

        try
        {
            await Task.WhenAny(stop).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
        finally
        {
            over.Set();
        }
    }

    [Fact]
    public async Task Stop_TheLastWord_CountsTheServicesToo()
    {
        _builder.Services.AddSingleton<IHostedService>(new SlowStop(_clock));
        await StartAsync();

        await Host.StopApplicationAsync();

        var drained = Host.Get<DrainCoordinator>().Report!.Total;
        Assert.Contains($" total={(drained + SlowStop.Takes).TotalSeconds:0.000}s ", Assert.Single(_log.All, l => l.Event.Name == "DrainReport").Message, StringComparison.Ordinal);
    }

    public void Dispose() => _host?.Dispose();

    private async Task StartAsync()
    {
        await Host.StartAsync();
        await TestHost.EventuallyAsync(() => Host.Get<IInstanceLifecycle>().Phase == InstancePhase.Ready);
    }

    private sealed class SlowStop(TestClock clock) : IHostedService
    {
        public static readonly TimeSpan Takes = TimeSpan.FromSeconds(3);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            clock.Advance(Takes);
            return Task.CompletedTask;
        }
    }
}
