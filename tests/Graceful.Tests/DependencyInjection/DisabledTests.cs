using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Options;

namespace Graceful.Tests;

/// <summary>With <c>Graceful:Enabled=false</c> the host is as if Graceful were not there.</summary>
public sealed class DisabledTests : IDisposable
{
    private readonly HostApplicationBuilder _builder = TestHost.Builder(null, ("Enabled", "false"));
    private readonly FakeParticipant _participant;
    private readonly FakeHealthCheck _check = new();
    private IHost? _host;

    public DisabledTests()
    {
        _participant = new FakeParticipant(new Journal(new TestClock()), "flush");
        _builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
        _builder.Services.AddSingleton<IDrainParticipant>(_participant);
        _builder.Services.AddHealthChecks().Add(new("check", _check, null, null));
        // A budget above the host's timeout, which stays what it is.
        _builder.AddGraceful(o => o.Drain.Budget = TimeSpan.FromSeconds(60));
    }

    private IHost Host => _host ??= _builder.Build();

    [Fact]
    public void Host_ItsSeams_AreTheFrameworks()
    {
        Assert.IsType<ApplicationLifetime>(Host.Get<IHostApplicationLifetime>());
        Assert.IsNotType<CancellableStartHost>(Host);
        Assert.IsType<SystemdNotifier>(Host.Get<ISystemdNotifier>());
        Assert.Equal(new HostOptions().ShutdownTimeout, Host.Get<IOptions<HostOptions>>().Value.ShutdownTimeout);
    }

    [Fact]
    public void HostedServices_OfGraceful_AreNotThere() =>
        Assert.DoesNotContain(Host.Services.GetServices<IHostedService>(), s => s is DrainService or CheckRefresher or ReadinessFile or RegistrationGuard);

    [Fact]
    public async Task Services_StillResolveAndDoNothing()
    {
        var lifecycle = Host.Get<IInstanceLifecycle>();
        using (lifecycle.BeginMaintenance("reindexing"))
        using (lifecycle.OnPhaseChanged(_ => Assert.Fail("No phase changes.")))
        {
            Assert.Equal((InstancePhase.Ready, true, null), (lifecycle.Phase, lifecycle.IsReady, lifecycle.NotReadyReason));
        }

        var coordinator = Host.Get<IDrainCoordinator>();
        using (coordinator.TrackWork("work"))
        {
            var report = await coordinator.DrainAsync("test");
            Assert.True(report.IsClean);
            Assert.Contains("disabled", report.Reason, StringComparison.Ordinal);
        }

        Assert.Equal((InstancePhase.Ready, false, null), (coordinator.Phase, coordinator.DrainStarted.CanBeCanceled, coordinator.Deadline));
        Assert.True(Enum.GetValues<ProbeKind>().All(k => Host.Get<IProbes>().Check(k).IsHealthy));
        Assert.Empty(Host.Get<IProbes>().GetDetail(ProbeKind.Readiness).Checks);
        using var watchdog = Host.Get<IWatchdogs>().Register("queue", TimeSpan.FromSeconds(1));
        watchdog.Beat();
    }

    [Fact]
    public async Task StopApplication_StopsAtOnceAndRunsNoParticipant()
    {
        await Host.StartAsync();
        var lifetime = Host.Get<IHostApplicationLifetime>();

        lifetime.StopApplication();

        Assert.True(lifetime.ApplicationStopping.IsCancellationRequested);
        await Host.StopAsync();
        Assert.Equal((0, 0), (_participant.Runs, _check.Runs));
    }

    [Fact]
    public async Task Start_AWebServerWithoutItsPart_Starts()
    {
        _builder.Services.AddSingleton<Microsoft.AspNetCore.Hosting.Server.IServer>(new Microsoft.AspNetCore.Hosting.Server.NoServer());

        await Host.StartAsync();
        await Host.StopAsync();
    }

    public void Dispose() => _host?.Dispose();
}
