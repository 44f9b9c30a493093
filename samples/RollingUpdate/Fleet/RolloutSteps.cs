namespace Graceful.RollingUpdate;

/// <summary>What every rollout is made of: one instance comes, one goes.</summary>
internal sealed class RolloutSteps(ShopFleet fleet, IGateway gateway, RunClock clock, IRunView view)
{
    // More than any drain budget in use; an instance that is still there then is killed, and its exit code tells.
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(45);

    /// <summary>Ends when the instance gets traffic.</summary>
    public async Task<ShopInstance> AddAsync(ShopAddress address, CancellationToken cancellationToken)
    {
        var instance = Start(address);
        await instance.WaitReadyAsync(cancellationToken);
        await gateway.AddAsync(address, cancellationToken);
        view.Say($"{address.Name} is ready and in the gateway");
        return instance;
    }

    public ShopInstance Start(ShopAddress address)
    {
        view.Say($"{address.Name} starts (v{address.Version.Number()})");
        return fleet.Start(address);
    }

    /// <summary>Ends when the process has.</summary>
    public async Task RemoveAsync(ShopInstance old, CancellationToken cancellationToken)
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
