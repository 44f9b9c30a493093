using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Graceful.Tests;

public class FleetRegistrationTests
{
    [Fact]
    public void AddFleet_Twice_RegistersOnce()
    {
        var builder = TestHost.Builder();
        var graceful = builder.AddGraceful().AddFleet();
        var once = builder.Services.Count;

        graceful.AddFleet();

        Assert.Equal(once, builder.Services.Count);
    }

    [Fact]
    public void AddCompatibility_SeveralTimes_AddsUp()
    {
        var builder = TestHost.Builder();
        builder.AddGraceful().AddFleet().AddCompatibility(c => c.Contract("session").Supports(1, 2)).AddCompatibility(
            c => c.Contract("orders").Supports(3, 4).ActivateUpTo(3).Retain(TimeSpan.FromDays(2)).OnUnreadable(Unreadable.Defer).Activation(Activation.Manual).RetainManually().ObserveOnly());
        using var host = builder.Build();

        var contracts = host.Get<ICompatibility>().Contracts;

        Assert.Equal(["orders", "session"], contracts.Select(c => c.Name));
        Assert.Equal(
            new DeclaredContract("orders", new ContractDeclaration(new LevelRange(3, 4), 3, true, TimeSpan.FromDays(2), true), Unreadable.Defer, true), contracts[0]);
        Assert.Equal(new DeclaredContract("session", new ContractDeclaration(new LevelRange(1, 2)), Unreadable.Fail, false), contracts[1]);
    }

    [Fact]
    public void AddCompatibility_InvalidDeclarations_FailTogetherWithEveryOtherFault()
    {
        var builder = TestHost.Builder(null, ("Probes:Port", "70000"));
        builder.AddGraceful().AddCompatibility(c =>
        {
            c.Contract("a").Supports(2, 1);
            c.Contract("b").Supports(-1, 1);
            c.Contract("C D").Supports(1, 1);
            c.Contract("d").Supports(1, 1);
            c.Contract("d").Supports(1, 2);
            c.Contract("e");
            c.Contract("f").Supports(2, 3).ActivateUpTo(1);
            c.Contract("g").Supports(2, 3).Retain(TimeSpan.FromSeconds(-1)).OnUnreadable((Unreadable)9).Activation((Activation)9);
        });

        var fault = Assert.Throws<OptionsValidationException>(() => builder.Services.BuildServiceProvider().GetRequiredService<IOptions<GracefulOptions>>().Value);

        Assert.Equal(
            [
                "The section 'Graceful' has 10 fault(s):",
                "  - Graceful:Probes:Port = 70000 must be between 1 and 65535, or 0 for none",
                "  - contract 'd' is declared 2 times: a build has one range for each contract",
                "  - contract 'a': Supports(2, 1) must name the lowest level first",
                "  - contract 'b': Supports(-1, 1) must not be negative",
                "  - contract 'C D' has no valid name: 1 to 64 of a-z, 0-9, '.', '_' and '-'",
                "  - contract 'e' must say which levels it supports: .Supports(min, max)",
                "  - contract 'f': ActivateUpTo(1) must be at least the lowest level it supports (2)",
                "  - contract 'g': Retain(-00:00:01) must not be negative and be at most 3650 days",
                "  - contract 'g': Activation(9) must be one of Automatic, Manual",
                "  - contract 'g': OnUnreadable(9) must be one of Fail, Defer, Discard",
            ],
            fault.Message.Split(Environment.NewLine));
    }

    [Fact]
    public async Task Start_WithoutAStore_SaysThatItIsAloneAndServesAtOnce()
    {
        var log = new LogLines();
        var builder = TestHost.Builder(log);
        builder.AddGraceful(o => o.Drain.PropagationDelay = TimeSpan.Zero).AddCompatibility(c => c.Contract("session").Supports(1, 2));
        using var host = builder.Build();

        await host.StartAsync();
        await host.Get<ICompatibility>().WaitUntilServingAsync();

        Assert.Equal(1, log.Count("FleetOfOne"));
        Assert.IsType<InMemoryFleetStore>(host.Get<IFleetStore>());
        await host.StopApplicationAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Store_OfAnAdapter_IsTheOneWheneverItIsAdded(bool before)
    {
        var store = new FaultyFleetStore(() => throw new InvalidOperationException());
        var builder = TestHost.Builder();
        if (before)
        {
            builder.Services.AddSingleton<IFleetStore>(store);
        }

        builder.AddGraceful().AddFleet();
        if (!before)
        {
            builder.Services.AddSingleton<IFleetStore>(store);
        }

        using var host = builder.Build();
        Assert.Same(store, host.Get<IFleetStore>());
    }

    [Fact]
    public async Task Disabled_EverythingResolvesAndNothingHappens()
    {
        var store = new FaultyFleetStore(() => throw new InvalidOperationException());
        var builder = TestHost.Builder(null, ("Enabled", "false"));
        builder.Services.AddSingleton<IFleetStore>(store);
        builder.AddGraceful().AddCompatibility(c => c.Contract("session").Supports(1, 2)).AddGatedHostedService<Counts>();
        using var host = builder.Build();
        await host.StartAsync();

        var compatibility = host.Get<ICompatibility>();
        await compatibility.WaitUntilServingAsync();
        using (var lease = compatibility.Enter("session"))
        {
            Assert.Equal(1, lease.Level);
        }

        Assert.Equal((true, null), (compatibility.IsServing, compatibility.NotServingReason));
        Assert.Throws<KeyNotFoundException>(() => compatibility["other"]);
        Assert.Equal((FleetStanding.Serving, 0), (host.Get<IFleet>().Standing, host.Get<IFleet>().Live));
        Assert.Empty(await host.Get<IFleet>().GetMembersAsync());
        Assert.Equal("Graceful is disabled", (await host.Get<ICompatibilityAdmin>().PinAsync("session")).Reason);
        Assert.False((await host.Get<ICompatibilityAdmin>().CanRollBackAsync(new Dictionary<string, LevelRange>())).IsPossible);
        Assert.Equal(1, host.Get<Counts>().Starts);
        Assert.Empty(store.Beats);
        Assert.DoesNotContain(host.Services.GetServices<IHostedService>(), s => s is FleetLoop);
        await host.StopAsync();
    }

    [Fact]
    public void Development_HasShortTimes_UnlessTheSectionSetsAny()
    {
        var development = Options("Development");
        Assert.Equal((0.5, 2, 5, 1, 16), Times(development.Fleet));
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromSeconds(5)), (development.Fleet.FormingWait, development.Compatibility.Bake));

        var set = Options("Development", ("Fleet:RenewInterval", "00:00:04"), ("Compatibility:Bake", "00:01:00"));
        Assert.Equal((4, 20, 45, 15, 70), Times(set.Fleet));
        Assert.Equal(TimeSpan.FromMinutes(1), set.Compatibility.Bake);

        var production = Options("Production");
        Assert.Equal((5, 20, 45, 15, 70), Times(production.Fleet));
        Assert.Equal((null, TimeSpan.FromMinutes(30)), (production.Fleet.FormingWait, production.Compatibility.Bake));
    }

    [Theory]
    [InlineData(null, "testhost-1.App")]
    [InlineData("shop", "shop")]
    public void Name_IsTheApplicationsUnlessSet(string? set, string expected)
    {
        var options = Options("Production", set is null ? [] : [("Fleet:Name", set)]);
        Assert.Equal(expected, options.Fleet.Name);
    }

    private static (double, double, double, double, double) Times(FleetOptions fleet) => (
        fleet.RenewInterval.TotalSeconds, fleet.LeaseDuration.TotalSeconds, fleet.FenceAfter.TotalSeconds, fleet.MaxOperation.TotalSeconds, fleet.ExclusionWait.TotalSeconds);

    private static GracefulOptions Options(string environment, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = environment, ApplicationName = "testhost 1.App" });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"Graceful:{s.Key}", (string?)s.Value)));
        builder.AddGraceful();
        using var host = builder.Build();
        return host.Get<GracefulOptions>();
    }

    private sealed class Counts : IHostedService
    {
        public int Starts { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            Starts++;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
