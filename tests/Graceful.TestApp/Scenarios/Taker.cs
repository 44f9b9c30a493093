using System.Globalization;

namespace Graceful.TestApp.Scenarios;

/// <summary>Takes an item, works on it for as long as <c>Item</c> says, and takes no more when the drain starts.</summary>
internal sealed class Taker(IDrainCoordinator drain, IConfiguration configuration) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var duration = TimeSpan.Parse(configuration["Item"] ?? "00:00:01", CultureInfo.InvariantCulture);
        for (var i = 1; !drain.DrainStarted.IsCancellationRequested; i++)
        {
            using (drain.TrackWork("item"))
            {
                Events.Say($"item-begun {i}");
                await Task.Delay(duration, CancellationToken.None);
                Events.Say($"item-ended {i}");
            }
        }

        Events.Say("no-more-items");
    }
}
