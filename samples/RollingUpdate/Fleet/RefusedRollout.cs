namespace Graceful.RollingUpdate;

/// <summary>
/// Tries to roll a version that cannot read what the fleet writes. It never becomes ready, so an orchestrator with <c>maxUnavailable: 0</c> takes no old instance away; after a while it gives up.
/// </summary>
internal sealed class RefusedRollout(ShopFleet fleet, RolloutSteps steps, RunClock clock, IRunView view) : IRollout
{
    /// <summary>How long the refused instance is left alone, to see that it stays out.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<RolloutOutcome> RunAsync(IReadOnlyList<ShopInstance> oldOnes, CancellationToken cancellationToken)
    {
        var begun = clock.Now;
        var address = fleet.New[0];
        var tried = steps.Start(address);
        Refusal? refusal = null;
        if (await tried.WaitRefusedAsync(cancellationToken))
        {
            refusal = new Refusal(address.Name, address.Version, Math.Round(clock.Now, 3), tried.Detail.Reason ?? "no reason");
            await Task.Delay(Patience, cancellationToken);
            refusal = refusal with
            {
                MainStatus = (int?)await tried.AskAsync(address.Main, cancellationToken),
                LivenessStatus = (int?)await tried.AskAsync(address.Liveness, cancellationToken),
            };
            view.Say($"{address.Name} answers {refusal.MainStatus} on its main port and {refusal.LivenessStatus} to the liveness probe: kept out, not restarted");
            view.Say($"the roll to version {address.Version.Number()} is given up");
        }
        else
        {
            view.Say($"{address.Name} is ready: version {address.Version.Number()} was let in");
        }

        await steps.RemoveAsync(tried, cancellationToken);
        return new RolloutOutcome(new RollTimes(begun, clock.Now), refusal);
    }
}
