using System.Globalization;

namespace Graceful.TestApp.Scenarios;

/// <summary>Writes a record every few milliseconds, each at the level that is the right one for it. Runs while this instance serves.</summary>
internal sealed class FleetWriter(ICompatibility compatibility, IFleet fleet, FleetLog log) : BackgroundService
{
    private bool _refused;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Events.Say("writer-started");
        while (!stoppingToken.IsCancellationRequested)
        {
            await WriteAsync();
            await Task.Delay(3, CancellationToken.None);
        }

        Events.Say("writer-stopped");
    }

    private async Task WriteAsync()
    {
        // Before, not after: between entering and writing the process may be frozen.
        var entered = FleetLog.Now;
        try
        {
            using var lease = compatibility.Enter(FleetScenario.Contract);
            _refused = false;
            await log.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{fleet.InstanceId} {lease.Level} {entered}"));
        }
        catch (NotServingException refused)
        {
            if (!_refused)
            {
                _refused = true;
                Events.Say($"refused {entered} {refused.Message}");
            }
        }
    }
}
