namespace Graceful.TestApp.Scenarios;

/// <summary>
/// A hosted service that was there before the web server, as most are, and so is stopped after it: it writes something out in its stop, with
/// the token it is given.
/// </summary>
internal sealed class Flush : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Events.Say($"flush-begun token={(cancellationToken.IsCancellationRequested ? "dead" : "live")}");
        try
        {
            await Task.Delay(50, cancellationToken);
            Events.Say("flush-ended");
        }
        catch (OperationCanceledException)
        {
            Events.Say("flush-cut");
        }
    }
}
