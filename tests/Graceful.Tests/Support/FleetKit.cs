using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Graceful.Tests;

/// <summary>Instances of one fleet, each a whole host with its own way to one store, on one clock.</summary>
internal sealed class FleetKit : IDisposable
{
    public static readonly Action<CompatibilityBuilder> None = _ => { };
    private readonly List<Instance> _instances = [];

    public FleetKit() => Store = new InMemoryFleetStore(Clock);

    public TestClock Clock { get; } = new();

    /// <summary>Replace it, and every instance talks to the new one from then on.</summary>
    public InMemoryFleetStore Store { get; set; }

    /// <summary>A build that supports some levels of the contract "session".</summary>
    public Instance Session(string version, int min, int max, params (string Key, string Value)[] settings) =>
        New(version, c => c.Contract("session").Supports(min, max), settings);

    public Instance New(string version, Action<CompatibilityBuilder> contracts, params (string Key, string Value)[] settings)
    {
        var instance = new Instance(this, version, contracts, settings);
        _instances.Add(instance);
        return instance;
    }

    /// <summary>Starts instances and waits until all serve.</summary>
    public async Task ServeAsync(params Instance[] instances)
    {
        foreach (var instance in instances)
        {
            await instance.StartAsync();
        }

        await Clock.UntilAsync(() => instances.All(i => i.Fleet.Standing == FleetStanding.Serving));
    }

    /// <summary>What the store has now.</summary>
    public FleetState State => Store.TakeCensusAsync(default).AsTask().Result.State;

    public IEnumerable<FleetRecord> Live => Store.ReadMembersAsync(default).AsTask().Result.Where(r => r.IsLive);

    public void Dispose() => _instances.ForEach(i => i.Dispose());

    internal sealed class Instance : IDisposable
    {
        private readonly FleetKit _kit;
        private readonly HostApplicationBuilder _builder;
        private IHost? _host;

        public Instance(FleetKit kit, string version, Action<CompatibilityBuilder> contracts, (string Key, string Value)[] settings)
        {
            _kit = kit;
            Store = new FaultyFleetStore(() => kit.Store);
            (string Key, string Value)[] usual = [("Fleet:Name", "shop"), ("Fleet:FormingWait", "00:00:00"), ("Compatibility:Bake", "00:00:05"), ("Drain:PropagationDelay", "00:00:00")];
            _builder = TestHost.Builder(Log, [("Fleet:Version", version), .. settings, .. usual.Where(u => settings.All(s => s.Key != u.Key))]);
            _builder.Services.AddSingleton<TimeProvider>(kit.Clock).AddSingleton<IFleetStore>(Store);
            Graceful = _builder.AddGraceful().AddCompatibility(contracts);
        }

        public FaultyFleetStore Store { get; }

        public LogLines Log { get; } = new();

        public IGracefulBuilder Graceful { get; }

        public IServiceCollection Services => _builder.Services;

        public IHost Host => _host ??= _builder.Build();

        public IFleet Fleet => Host.Get<IFleet>();

        public ICompatibility Compatibility => Host.Get<ICompatibility>();

        public ICompatibilityAdmin Admin => Host.Get<ICompatibilityAdmin>();

        /// <summary>Why the instance is not ready; null when it is.</summary>
        public string? NotReady => Host.Get<IProbes>().Check(ProbeKind.Readiness).Reason;

        public string Detail(string check) => Host.Get<IProbes>().GetDetail(ProbeKind.Readiness).Checks.Single(c => c.Name == check) is var c ? $"{c.Status}: {c.Description}" : "";

        public async Task StartAsync()
        {
            await _kit.Clock.UntilAsync(Host.StartAsync());
            await _kit.Clock.SettleAsync();
        }

        public Task StopAsync() => _kit.Clock.UntilAsync(Host.StopApplicationAsync());

        /// <summary>As kill -9: nothing is told to anybody any more.</summary>
        public void Kill() => Store.IsDown = true;

        /// <summary>The host waits for the end of its lease here, and no time passes any more.</summary>
        public void Dispose()
        {
            Store.Release();
            _host?.Dispose();
        }
    }
}
