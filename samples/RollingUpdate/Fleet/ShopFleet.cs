namespace Graceful.RollingUpdate;

/// <summary>The instances of one side of the run, old and new, and how each is configured.</summary>
internal sealed class ShopFleet : IAsyncDisposable
{
    private readonly ShopBinaries _binaries;
    private readonly ShopCertificate _certificate;
    private readonly bool _graceful;
    private readonly IRunStore _store;
    private readonly Journals _journals;
    private readonly List<ShopInstance> _instances = [];
    private readonly Lock _lock = new();

    /// <param name="binaries">The programs.</param>
    /// <param name="certificate">For TLS.</param>
    /// <param name="graceful">With the library.</param>
    /// <param name="store">Where the instances know each other from, and keep their sessions.</param>
    /// <param name="journals">Where they write orders.</param>
    /// <param name="settings">How many, and which come later.</param>
    public ShopFleet(ShopBinaries binaries, ShopCertificate certificate, bool graceful, IRunStore store, Journals journals, RollSettings settings)
    {
        _binaries = binaries;
        _certificate = certificate;
        _graceful = graceful;
        _store = store;
        _journals = journals;
        Old = [.. Enumerable.Range(1, settings.Instances).Select(i => Place($"shop-{i}", ShopVersion.V1))];
        New = [.. settings.Coming.Select((version, i) => Place($"shop-{settings.Instances + 1 + i}", version))];
    }

    /// <summary>Where the v1 instances run.</summary>
    public IReadOnlyList<ShopAddress> Old { get; }

    /// <summary>Where those will run that come later, in their order; a gateway may be told of them in advance.</summary>
    public IReadOnlyList<ShopAddress> New { get; }

    public IReadOnlyList<ShopInstance> Instances
    {
        get
        {
            lock (_lock)
            {
                return [.. _instances];
            }
        }
    }

    public ShopInstance Start(ShopAddress address)
    {
        var instance = new ShopInstance(address, _binaries[address.Version], Environment(address));
        lock (_lock)
        {
            _instances.Add(instance);
        }

        return instance;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in Instances)
        {
            await instance.DisposeAsync();
        }
    }

    private ShopAddress Place(string name, ShopVersion version)
    {
        var http = FreePorts.Next();
        return new ShopAddress(name, version, http, FreePorts.Next(), _graceful ? FreePorts.Next() : http);
    }

    private Dictionary<string, string?> Environment(ShopAddress address) => new(_graceful ? RunTimes.Variables : [])
    {
        ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{address.HttpPort};https://127.0.0.1:{address.HttpsPort}",
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["DOTNET_ENVIRONMENT"] = null,
        ["ASPNETCORE_HTTP_PORTS"] = null,
        ["ASPNETCORE_HTTPS_PORTS"] = null,
        ["Kestrel__Certificates__Default__Path"] = _certificate.PfxPath,
        ["Kestrel__Certificates__Default__Password"] = _certificate.Password,
        ["Shop__Instance"] = address.Name,
        ["Shop__Journal"] = _journals.PathOf(address),
        ["Graceful__Enabled"] = _graceful ? "true" : "false",
        ["Graceful__Redis__Configuration"] = _store.Address,
        ["Graceful__Fleet__Name"] = _store.Fleet,
        ["Graceful__Fleet__Addresses"] = _graceful ? $"{address.Http}" : null,
        ["Graceful__Probes__Port"] = _graceful ? $"{address.ReadinessPort}" : null,

        // The drain report on one line, whatever console formatter the appsettings chose.
        ["Logging__Console__FormatterName"] = "simple",
        ["Logging__Console__FormatterOptions__SingleLine"] = "true",

        // The plain host waits up to 30 s for its streams and then cuts them. How long it waits changes nothing in what is cut, so it waits
        // for as long as Graceful's lame duck and stream grace together.
        ["DOTNET_SHUTDOWNTIMEOUTSECONDS"] = _graceful ? null : "10",
        ["ASPNETCORE_SHUTDOWNTIMEOUTSECONDS"] = null,
    };
}
