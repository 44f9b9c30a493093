using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Options;

namespace Graceful.Tests;

public class RegistrationTests
{
    [Fact]
    public void AddGraceful_Twice_RegistersOnceAndKeepsBothSettings()
    {
        var builder = TestHost.Builder();
        builder.AddGraceful(o => o.Drain.StreamGrace = TimeSpan.FromSeconds(1));
        var once = builder.Services.Count;

        builder.AddGraceful(o => o.Drain.FlushReserve = TimeSpan.FromSeconds(1));

        Assert.Equal(once + 1, builder.Services.Count); // The second Configure.
        using var host = builder.Build();
        var drain = host.Get<IOptions<GracefulOptions>>().Value.Drain;
        Assert.Equal((1, 1), (drain.StreamGrace.TotalSeconds, drain.FlushReserve.TotalSeconds));
    }

    [Fact]
    public void AddGraceful_TwiceWithParts_BothBuildersAdd()
    {
        var builder = TestHost.Builder();
        builder.AddGraceful().AddWarmUpTask<NoWarmUp>().AddDrainParticipant<NoParticipant>();
        builder.Services.AddGraceful(builder.Configuration).AddDrainParticipant<OtherParticipant>();
        using var host = builder.Build();

        Assert.Equal(["none", "other"], host.Services.GetServices<IDrainParticipant>().Select(p => p.Name));
        Assert.Single(host.Services.GetServices<IWarmUpTask>());
    }

    [Fact]
    public void Services_OfOneInstance_AreTheSameThing()
    {
        var builder = TestHost.Builder();
        builder.AddGraceful();
        using var host = builder.Build();

        Assert.Same(host.Get<DrainCoordinator>(), host.Get<IDrainCoordinator>());
        Assert.Same(host.Get<InstanceLifecycle>(), host.Get<IInstanceLifecycle>());
        Assert.Same(host.Get<ProbeEvaluator>(), host.Get<IProbes>());
        Assert.Same(host.Get<Watchdogs>(), host.Get<IWatchdogs>());
    }

    [Fact]
    public void AddGraceful_WithoutArguments_Throws()
    {
        Assert.Throws<ArgumentNullException>(() => ((IHostApplicationBuilder)null!).AddGraceful());
        Assert.Throws<ArgumentNullException>(() => ((IServiceCollection)null!).AddGraceful(new ConfigurationManager()));
        Assert.Throws<ArgumentNullException>(() => new ServiceCollection().AddGraceful(null!));
    }

    [Fact]
    public async Task Start_AWebServerWithoutItsPart_IsStoppedWithTheCallToMake()
    {
        var builder = TestHost.Builder();
        builder.Services.AddSingleton<Microsoft.AspNetCore.Hosting.Server.IServer>(new Microsoft.AspNetCore.Hosting.Server.NoServer());
        builder.AddGraceful();
        using var host = builder.Build();

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());

        Assert.Contains("builder.AddGraceful().AddAspNetCore()", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Graceful.AspNetCore", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_AWebServerWithATrafficSource_Starts()
    {
        var builder = TestHost.Builder();
        builder.AddGraceful();
        builder.Services.AddSingleton<Microsoft.AspNetCore.Hosting.Server.IServer>(new Microsoft.AspNetCore.Hosting.Server.NoServer());
        builder.Services.AddSingleton<ITrafficSource>(_ => NewTraffic());
        using var host = builder.Build();

        await host.StartAsync();
        await host.StopAsync();
    }

    [Fact]
    public async Task Start_SystemdAddedAfterwards_IsStoppedWithTheOrderToUse()
    {
        var builder = TestHost.Builder();
        builder.AddGraceful();
        builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
        using var host = builder.Build();

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());

        Assert.Contains("AddSystemd() was called after AddGraceful()", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_SystemdAddedBefore_HoldsItsReadyBack()
    {
        var builder = TestHost.Builder();
        builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
        builder.AddGraceful();
        using var host = builder.Build();

        await host.StartAsync();

        Assert.IsType<ReadySystemdNotifier>(host.Get<ISystemdNotifier>());
        await host.StopAsync();
    }

    [Theory]
    [InlineData(5, 25)] // The host's own is shorter: a direct stop would be cut.
    [InlineData(60, 60)]
    public void ShutdownTimeout_IsAtLeastTheBudget(int own, int expected)
    {
        var builder = TestHost.Builder();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(own));
        builder.AddGraceful();
        using var host = builder.Build();

        Assert.Equal(TimeSpan.FromSeconds(expected), host.Get<IOptions<HostOptions>>().Value.ShutdownTimeout);
    }

    private static FakeTraffic NewTraffic()
    {
        var clock = new TestClock();
        return new FakeTraffic(clock, new Journal(clock)) { IsActive = false };
    }

    private sealed class NoWarmUp : IWarmUpTask
    {
        public string Name => "none";

        public Task WarmUpAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private class NoParticipant : IDrainParticipant
    {
        public virtual string Name => "none";

        public Task DrainAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class OtherParticipant : NoParticipant
    {
        public override string Name => "other";
    }
}
