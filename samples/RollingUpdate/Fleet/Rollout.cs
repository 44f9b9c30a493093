namespace Graceful.RollingUpdate;

/// <summary>
/// Replaces the old instances one at a time, as an orchestrator with <c>maxSurge: 1, maxUnavailable: 0</c> does:
/// start the new one → ready → in the gateway → SIGTERM to an old one → it drains and exits → next.
/// </summary>
internal sealed class Rollout(ShopFleet fleet, RolloutSteps steps, RunClock clock) : IRollout
{
    public async Task<RolloutOutcome> RunAsync(IReadOnlyList<ShopInstance> oldOnes, CancellationToken cancellationToken)
    {
        var begun = clock.Now;
        foreach (var (old, address) in oldOnes.Zip(fleet.New))
        {
            await steps.AddAsync(address, cancellationToken);
            await steps.RemoveAsync(old, cancellationToken);
        }

        return new RolloutOutcome(new RollTimes(begun, clock.Now));
    }
}
