namespace Graceful.RollingUpdate;

/// <summary>
/// Begins as <see cref="Rollout"/>, and turns back in the middle: what is new is replaced by what was before, one at a time. Since the last old instance has been there all along, nothing was ever
/// written that the old version cannot read.
/// </summary>
internal sealed class TurnedBackRollout(ShopFleet fleet, RolloutSteps steps, RunClock clock, IRunView view) : IRollout
{
    public async Task<RolloutOutcome> RunAsync(IReadOnlyList<ShopInstance> oldOnes, CancellationToken cancellationToken)
    {
        var begun = clock.Now;
        var withdrawn = new List<ShopInstance>();
        foreach (var (old, address) in oldOnes.Zip(fleet.New.Where(a => a.Version != ShopVersion.V1)))
        {
            withdrawn.Add(await steps.AddAsync(address, cancellationToken));
            await steps.RemoveAsync(old, cancellationToken);
        }

        view.Say($"{withdrawn.Count} of {oldOnes.Count} replaced: version 2 is withdrawn, back to version 1");
        foreach (var (bad, address) in withdrawn.Zip(fleet.New.Where(a => a.Version == ShopVersion.V1)))
        {
            await steps.AddAsync(address, cancellationToken);
            await steps.RemoveAsync(bad, cancellationToken);
        }

        return new RolloutOutcome(new RollTimes(begun, clock.Now));
    }
}
