using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Graceful;

/// <summary>
/// The table of all settings: reads the section <c>Graceful</c>. The JSON schema in the package lists the same keys; a test compares them.
/// </summary>
internal sealed class ConfigureGracefulOptions(IConfiguration configuration) : IConfigureOptions<GracefulOptions>
{
    public IReadOnlyList<string> Faults { get; private set; } = [];

    /// <summary>Whether anything is said of the fleet, be it one or not.</summary>
    public bool HasFleetSettings { get; private set; }

    public void Configure(GracefulOptions options)
    {
        var root = new ConfigurationReader(configuration.GetSection(GracefulOptions.SectionName), GracefulOptions.SectionName);
        root.Bool(nameof(options.Enabled), v => options.Enabled = v);
        root.Section(nameof(options.Drain), section => Drain(section, options.Drain));
        root.Section(nameof(options.Connections), section => Connections(section, options.Connections));
        root.Section(nameof(options.WarmUp), section => WarmUp(section, options.WarmUp));
        root.Section(nameof(options.Probes), section => Probes(section, options.Probes));
        root.Section(nameof(options.Fleet), section => Fleet(section, options.Fleet));
        root.Section(nameof(options.Compatibility), section => Compatibility(section, options.Compatibility));

        // Read by their own packages.
        root.RejectUnknown("Redis", "Session", "KeyRing");
        Faults = root.Faults;
    }

    private static void Drain(ConfigurationReader reader, DrainOptions drain)
    {
        reader.Duration(nameof(drain.Budget), v => drain.Budget = v);
        reader.Duration(nameof(drain.PropagationDelay), v => drain.PropagationDelay = v);
        reader.Duration(nameof(drain.MinimumPropagation), v => drain.MinimumPropagation = v);
        reader.Duration(nameof(drain.QuietPeriod), v => drain.QuietPeriod = v);
        reader.Duration(nameof(drain.StreamGrace), v => drain.StreamGrace = v);
        reader.Duration(nameof(drain.FlushReserve), v => drain.FlushReserve = v);
        reader.Choice<DrainReadiness>(nameof(drain.Readiness), v => drain.Readiness = v);
        reader.Duration(nameof(drain.ReadinessFailAfter), v => drain.ReadinessFailAfter = v);
        reader.RejectUnknown();
    }

    private static void Connections(ConfigurationReader reader, ConnectionOptions connections)
    {
        reader.Duration(nameof(connections.MaxAge), v => connections.MaxAge = v);
        reader.RejectUnknown();
    }

    private static void WarmUp(ConfigurationReader reader, WarmUpOptions warmUp)
    {
        reader.Int(nameof(warmUp.Parallelism), v => warmUp.Parallelism = v);
        reader.Duration(nameof(warmUp.RetryDelay), v => warmUp.RetryDelay = v);
        reader.Duration(nameof(warmUp.MaxRetryDelay), v => warmUp.MaxRetryDelay = v);
        reader.RejectUnknown();
    }

    private static void Probes(ConfigurationReader reader, ProbeOptions probes)
    {
        reader.Int(nameof(probes.Port), v => probes.Port = v);
        reader.Duration(nameof(probes.RefreshInterval), v => probes.RefreshInterval = v);
        reader.Duration(nameof(probes.Timeout), v => probes.Timeout = v);
        reader.Duration(nameof(probes.StaleAfter), v => probes.StaleAfter = v);
        reader.Bool(nameof(probes.VerboseFromAnywhere), v => probes.VerboseFromAnywhere = v);
        reader.Bool(nameof(probes.IncludeErrors), v => probes.IncludeErrors = v);
        reader.Text(nameof(probes.ReadinessFile), v => probes.ReadinessFile = v);
        reader.Sections(nameof(probes.Checks), (name, check) =>
        {
            var settings = new ProbeCheckOptions();
            check.Choice<DependencyClass>(nameof(settings.Class), v => settings.Class = v);
            check.RejectUnknown();
            probes.Checks[name] = settings;
        });

        reader.Section(nameof(probes.Drain), drain =>
        {
            drain.Bool(nameof(probes.Drain.Enabled), v => probes.Drain.Enabled = v);
            drain.Text(nameof(probes.Drain.Token), v => probes.Drain.Token = v);
            drain.Texts(nameof(probes.Drain.AllowedNetworks), probes.Drain.AllowedNetworks.Add);
            drain.RejectUnknown();
        });
        reader.Section(nameof(probes.Liveness), liveness =>
        {
            liveness.Duration(nameof(probes.Liveness.CheckInterval), v => probes.Liveness.CheckInterval = v);
            liveness.Duration(nameof(probes.Liveness.ThreadPoolLag), v => probes.Liveness.ThreadPoolLag = v);
            liveness.RejectUnknown();
        });
        reader.RejectUnknown();
    }

    private void Fleet(ConfigurationReader reader, FleetOptions fleet)
    {
        HasFleetSettings = true;
        reader.Text(nameof(fleet.Name), v => fleet.Name = v);
        reader.Text(nameof(fleet.Version), v => fleet.Version = v);
        reader.Texts(nameof(fleet.Addresses), fleet.Addresses.Add);
        reader.Duration(nameof(fleet.RenewInterval), v => fleet.RenewInterval = v);
        reader.Duration(nameof(fleet.LeaseDuration), v => fleet.LeaseDuration = v);
        reader.Duration(nameof(fleet.FenceAfter), v => fleet.FenceAfter = v);
        reader.Duration(nameof(fleet.MaxOperation), v => fleet.MaxOperation = v);
        reader.Duration(nameof(fleet.ExclusionWait), v => fleet.ExclusionWait = v);
        reader.Duration(nameof(fleet.FormingWait), v => fleet.FormingWait = v);
        reader.Choice<Isolation>(nameof(fleet.Isolation), v => fleet.Isolation = v);
        reader.Number(nameof(fleet.MinReadyShare), v => fleet.MinReadyShare = v);
        reader.RejectUnknown();
    }

    private void Compatibility(ConfigurationReader reader, CompatibilityOptions compatibility)
    {
        HasFleetSettings = true;
        reader.Duration(nameof(compatibility.Bake), v => compatibility.Bake = v);
        reader.Duration(nameof(compatibility.RemindAfter), v => compatibility.RemindAfter = v);
        reader.RejectUnknown();
    }
}
