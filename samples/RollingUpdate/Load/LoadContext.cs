namespace Graceful.RollingUpdate;

/// <summary>What every client is given.</summary>
/// <param name="Plan">The load.</param>
/// <param name="Endpoints">Where to connect.</param>
/// <param name="Ledger">Where to write down.</param>
/// <param name="Stop">No further requests; what runs is finished first.</param>
internal sealed record LoadContext(LoadPlan Plan, IEndpoints Endpoints, Ledger Ledger, CancellationToken Stop)
{
    /// <summary>After a loss a client waits for a moment, as any does, and does not turn one fault into thousands.</summary>
    public Task PauseAfterLossAsync() => WaitAsync(TimeSpan.FromMilliseconds(200));

    /// <summary>Waits, but not longer than the load lasts.</summary>
    public async Task WaitAsync(TimeSpan time) => await Task.Delay(time, Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
