namespace Graceful.RollingUpdate;

/// <summary>
/// Replaces the old instances one at a time, as an orchestrator with <c>maxSurge: 1, maxUnavailable: 0</c> does:
/// start the new one → ready → in the gateway → SIGTERM to an old one → it drains and exits → next.
/// </summary>
internal sealed class Rollout(ShopFleet fleet, IGateway gateway, RunClock clock, IRunView view)
{
    // More than any drain budget in use; an instance that is still there then is killed, and its exit code tells.
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(45);

    public async Task<RollTimes> RunAsync(IReadOnlyList<ShopInstance> oldOnes, CancellationToken cancellationToken)
    {
        var begun = clock.Now;
        foreach (var (old, address) in oldOnes.Zip(fleet.New))
        {
            view.Say($"{address.Name} starts (v2)");
            var replacement = fleet.Start(address);
            await replacement.WaitReadyAsync(cancellationToken);
            await gateway.AddAsync(address, cancellationToken);
            view.Say($"{address.Name} is ready and in the gateway");
            await ReplaceAsync(old, cancellationToken);
        }

        return new RollTimes(begun, clock.Now);
    }

    private async Task ReplaceAsync(ShopInstance old, CancellationToken cancellationToken)
    {
        view.Say($"{old.Address.Name} gets SIGTERM (process {old.ProcessId})");
        var signalled = clock.Now;
        var removal = gateway.RemoveAsync(old.Address, cancellationToken);
        old.Terminate();
        int code;
        try
        {
            code = await old.Exited.WaitAsync(ExitLimit, cancellationToken);
        }
        catch (TimeoutException)
        {
            view.Say($"{old.Address.Name} is still there after {ExitLimit.TotalSeconds:0} s: killed");
            await old.DisposeAsync();
            code = await old.Exited;
        }

        await removal;
        view.Say($"{old.Address.Name} exited with {code} after {clock.Now - signalled:0.0} s{Describe(old.Drain)}");
    }

    private static string Describe(DrainSummary? drain) =>
        drain is null ? "" : $"; drain {(drain.Clean ? "clean" : "LOSSY")}, {drain.LateArrivals} requests arrived after the signal and were served";
}
