using System.Globalization;

namespace Graceful.TestApp.Scenarios;

/// <summary>Tells how this instance stands, which levels it knows, and who comes and goes.</summary>
internal sealed class FleetWatch(ICompatibility compatibility, IFleet fleet) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Events.Say($"member {fleet.InstanceId}");
        return Task.WhenAll(StandingAsync(stoppingToken), LevelsAsync(stoppingToken), OthersAsync(stoppingToken));
    }

    private async Task StandingAsync(CancellationToken stoppingToken)
    {
        FleetStanding? told = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            var now = fleet.Standing;
            if (now != told)
            {
                told = now;
                Events.Say(string.Create(CultureInfo.InvariantCulture, $"standing {now} {FleetLog.Now} {fleet.Reason}"));
            }

            await Task.Delay(5, stoppingToken);
        }
    }

    private async Task LevelsAsync(CancellationToken stoppingToken)
    {
        await foreach (var change in compatibility.WatchAsync(stoppingToken))
        {
            var level = change.Level;
            Events.Say(string.Create(CultureInfo.InvariantCulture, $"levels {level.Epoch} {level.Active} {level.Window.Min} {level.Window.Max} {level.Mode}"));
        }
    }

    private async Task OthersAsync(CancellationToken stoppingToken)
    {
        await foreach (var change in fleet.WatchAsync(stoppingToken))
        {
            Events.Say($"fleet {change.Kind} {change.Member.Id}");
        }
    }
}
